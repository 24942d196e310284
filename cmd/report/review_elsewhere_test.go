package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/queries"
)

// elsewhere is an engine over the lake of the test organisation as it would be on another
// machine: with another number of workers, in another zone of time and another language.
func elsewhere(t *testing.T) queries.Engine {
	t.Helper()
	local := time.Local
	time.Local = time.FixedZone("nowhere", -(9*60+30)*60)
	t.Cleanup(func() { time.Local = local })
	t.Setenv("TZ", "Pacific/Marquesas")
	t.Setenv("LC_ALL", "tr_TR.UTF-8")
	t.Setenv("LANG", "tr_TR.UTF-8")
	lake, err := parquet.OpenLake(wholeLake(t))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := queries.OpenDuckDB(context.Background(), lake, queries.Options{Threads: 5})
	if err != nil {
		t.Fatal(errors.Join(err, lake.Close()))
	}
	t.Cleanup(func() {
		if err := errors.Join(engine.Close(), lake.Close()); err != nil {
			t.Error(err)
		}
	})
	return engine
}
