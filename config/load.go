package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-viper/mapstructure/v2"
	koanfyaml "github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"
)

// maxFile bounds the file; a real one has twenty lines.
const maxFile = 1 << 20

// Error says what is wrong in a configuration file and where.
type Error struct {
	Path string
	Line int // 0 when the whole file is meant
	Err  error
	hint string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("reading configuration %q: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("reading configuration %q: line %d: %v", e.Path, e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Hint is the next step, or "".
func (e *Error) Hint() string { return e.hint }

// Load reads the file at path over the defaults. An empty path means
// roletrail.yaml in folder dir, which need not exist; a path that is given is
// relative to the process's folder as usual and must exist.
func Load(path, dir string) (Config, error) {
	if path == "" {
		c, err := readFile(filepath.Join(dir, FileName))
		if errors.Is(err, fs.ErrNotExist) {
			return Default(), nil
		}
		return c, err
	}
	return readFile(path)
}

// Check is everything that is wrong with the file that [Load] would read, and which file
// that is; it is empty if there is none.
func Check(path, dir string) (file string, mistakes []error) {
	file = path
	if path == "" {
		file = filepath.Join(dir, FileName)
	}
	b, err := readLimited(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && path == "":
		return "", nil
	case err != nil:
		return file, []error{&Error{Path: file, Err: err}}
	}
	return file, checkAll(file, b)
}

func readFile(path string) (Config, error) {
	b, err := readLimited(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, &Error{Path: path, Err: fs.ErrNotExist, hint: "leave --config out to run with the defaults"}
	}
	if err != nil {
		return Config{}, &Error{Path: path, Err: err}
	}
	return parse(path, b)
}

// File says which file a configuration was read from.
type File struct {
	Name   string // without its folder
	Bytes  int64
	SHA256 string // of its contents, in hexadecimal
}

// FileOf is the file that [Load] would read; nil if that has the defaults.
func FileOf(path, dir string) (*File, error) {
	file := cmp.Or(path, filepath.Join(dir, FileName))
	b, err := readLimited(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && path == "":
		return nil, nil
	case err != nil:
		return nil, &Error{Path: file, Err: err}
	}
	sum := sha256.Sum256(b)
	return &File{filepath.Base(file), int64(len(b)), hex.EncodeToString(sum[:])}, nil
}

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, underlying(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, underlying(err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("is larger than %s", Size(maxFile))
	}
	return b, nil
}

// underlying drops the path that package os puts into its errors: ours names
// it already.
func underlying(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// parse checks the whole text first, then lays it over the defaults.
func parse(path string, b []byte) (Config, error) {
	if err := check(path, b); err != nil {
		return Config{}, err
	}
	k := koanf.New(".")
	if err := k.Load(contents(b), koanfyaml.Parser()); err != nil {
		return Config{}, &Error{Path: path, Err: err}
	}
	c := Default()
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeHookFunc(time.DateOnly), // YAML takes a date without quotes for a time already
			mapstructure.TextUnmarshallerHookFunc(),
		),
		Result:           &c,
		ErrorUnused:      true,
		WeaklyTypedInput: true, // a size without a unit is a number in YAML
	}})
	if err != nil {
		return Config{}, &Error{Path: path, Err: err}
	}
	return c, nil
}

// contents is a koanf.Provider of bytes that were read already.
type contents []byte

func (c contents) ReadBytes() ([]byte, error) { return c, nil }

func (c contents) Read() (map[string]any, error) {
	return nil, errors.New("contents are parsed from bytes only")
}
