package action

import (
	_ "embed"
	"fmt"
	"sync"
)

//go:embed catalogue.gz
var blob []byte

// Embedded is the catalogue that is built in. It is read at the first call.
func Embedded() *Catalogue { return embedded() }

var embedded = sync.OnceValue(func() *Catalogue {
	c, err := Unpack(blob)
	if err != nil {
		panic(fmt.Sprintf("the action catalogue of this build is damaged: %v", err)) // a test reads it
	}
	return c
})
