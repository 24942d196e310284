package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"roletrail/cloudtrail/trail"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
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

func makeLake(dir, organisation string, fromLogs bool) (err error) {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	logs := pipeline.Files{Path: filepath.Join(organisation, "AWSLogs")}
	if _, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{logs}, pipeline.Options{Version: "test"}); err != nil {
		return err
	}
	if fromLogs {
		replayed, err := pipeline.ReplayLogs(context.Background(), lake)
		if err == nil {
			_, err = pipeline.IngestInventory(context.Background(), lake, replayed.Inventory, pipeline.InventoryOptions{At: replayed.At, Version: "test"})
		}
		return err
	}
	inv, err := readInventory(filepath.Join(organisation, "iam"))
	if err != nil {
		return err
	}
	_, err = pipeline.IngestInventory(context.Background(), lake, inv, pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
	return err
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
	return errors.Join(pipeline.IngestTrails(lake, selectors, time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), "test"), lake.Close())
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
