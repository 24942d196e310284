package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"roletrail/cloudtrail/trail"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// mainMakeLake is the command make-lake DIR [from-logs] of the scripts: it makes a
// lake of the test organisation in $ORGANISATION, as ingest would, with what its logs
// show, or copies the one in $LAKE, which has its inventory.
func mainMakeLake() {
	var err error
	if len(os.Args) > 2 {
		err = makeLake(os.Args[1], os.Getenv("ORGANISATION"), true)
	} else {
		err = os.CopyFS(os.Args[1], os.DirFS(os.Getenv("LAKE")))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func makeLake(dir, organisation string, fromLogs bool) error {
	err := addLogs(dir, organisation)
	switch {
	case err != nil:
		return err
	case !fromLogs:
		return addInventory(dir, organisation)
	}
	return inLake(dir, func(ctx context.Context, lake *parquet.Lake) error {
		replayed, err := pipeline.ReplayLogs(ctx, lake, nil)
		if err != nil {
			return err
		}
		_, err = pipeline.IngestInventory(ctx, lake, replayed.Inventory, pipeline.InventoryOptions{At: replayed.At, Version: "test"})
		return err
	})
}

// mainAdd is the command add-logs LAKE or add-inventory LAKE of the scripts: a part of
// the test organisation in $ORGANISATION.
func mainAdd(add func(dir, organisation string) error) func() {
	return func() {
		if err := add(os.Args[1], os.Getenv("ORGANISATION")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func addLogs(dir, organisation string) error {
	return inLake(dir, func(ctx context.Context, lake *parquet.Lake) error {
		logs := pipeline.Files{Path: filepath.Join(organisation, "AWSLogs")}
		_, err := pipeline.Ingest(ctx, lake, []pipeline.Source{logs}, pipeline.Options{Version: "test"})
		return err
	})
}

func addInventory(dir, organisation string) error {
	return inLake(dir, func(ctx context.Context, lake *parquet.Lake) error {
		inv, err := readInventory(filepath.Join(organisation, "iam"))
		if err != nil {
			return err
		}
		_, err = pipeline.IngestInventory(ctx, lake, inv, pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
		return err
	})
}

func inLake(dir string, do func(context.Context, *parquet.Lake) error) error {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(context.Background(), lake), lake.Close())
}

// openThrifty opens a lake as the program does, with one thread: lakes of tests are small, and more
// threads take more of the processor.
func openThrifty(ctx context.Context, dir string, progress func(queries.Progress)) (queries.Engine, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return openDuckDB(nil)(ctx, dir, progress)
}

// mainAddTrails is the command add-trails LAKE FILE of the scripts: what the trails
// log at the end of the quarter.
func mainAddTrails() {
	if err := addTrails(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func addTrails(dir, file string) (err error) {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	selectors, err := trail.Parse(f, file)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	return errors.Join(pipeline.IngestTrails(lake, selectors, pipeline.TrailOptions{At: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), Version: "test"}), lake.Close())
}

func readInventory(dir string) (*inventory.Inventory, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json*"))
	if err != nil {
		return nil, err
	}
	var all []*inventory.Inventory
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		one, err := inventory.Parse(f, path, inventory.Limits{})
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return inventory.Merge(all...), nil
}
