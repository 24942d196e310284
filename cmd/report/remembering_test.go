package main

import (
	"context"
	"fmt"
	"sync"

	"roletrail/queries"
	"roletrail/review"
)

// rememberingEngine asks the engine below it each question once: several commands need the same
// answers about the same lake, and to plan a question takes most of the time. It closes nothing.
type rememberingEngine struct {
	below queries.Engine

	mu      sync.Mutex // held while the engine is asked, so that nothing is asked twice
	answers map[string]gathered
	metas   map[string]queries.Meta
}

func remembering(below queries.Engine) *rememberingEngine {
	return &rememberingEngine{below: below, answers: map[string]gathered{}, metas: map[string]queries.Meta{}}
}

// keyOf tells questions apart by their values.
func keyOf(name string, p queries.Params) string {
	p.Changes.Automation = nil // no question is bound with it
	return fmt.Sprintf("%s %+v", name, p)
}

func (e *rememberingEngine) Run(ctx context.Context, name string, p queries.Params) (queries.Rows, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g, known := e.answers[keyOf(name, p)]
	if !known {
		var err error
		if g, err = gather(ctx, e.below, name, p); err != nil {
			return nil, err
		}
		e.answers[keyOf(name, p)] = g
	}
	return review.HeldRows(g.columns, g.rows), nil
}

func (e *rememberingEngine) Meta(ctx context.Context, p queries.Params) (queries.Meta, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, known := e.metas[keyOf("", p)]
	if !known {
		var err error
		if m, err = e.below.Meta(ctx, p); err != nil {
			return m, err
		}
		e.metas[keyOf("", p)] = m
	}
	return m, nil
}

func (e *rememberingEngine) SQL(ctx context.Context, text string) (queries.Rows, error) {
	return e.below.SQL(ctx, text)
}

func (e *rememberingEngine) Close() error { return nil }
