package main

import (
	"context"
	"errors"

	"roletrail/parquet"
	"roletrail/queries"
)

// openDuckDB opens the lake in a folder and DuckDB over it. giveUp ends the
// process when a statement takes too much memory and cannot be interrupted.
func openDuckDB(giveUp func(error)) opener {
	return func(ctx context.Context, dir string) (queries.Engine, error) {
		lake, err := parquet.OpenLake(dir)
		if err != nil {
			return nil, err
		}
		engine, err := queries.OpenDuckDB(ctx, lake, queries.Options{GiveUp: giveUp})
		if err != nil {
			return nil, errors.Join(err, lake.Close())
		}
		return &engineOnLake{Engine: engine, lake: lake}, nil
	}
}

// engineOnLake is an engine that closes its lake too.
type engineOnLake struct {
	queries.Engine
	lake *parquet.Lake
}

func (e *engineOnLake) Close() error {
	return errors.Join(e.Engine.Close(), e.lake.Close())
}
