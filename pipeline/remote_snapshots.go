package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"roletrail/iam/reach"
	"roletrail/parquet"
)

// remoteSnapshots are the inventories and trails of a lake on a store, of which a process reads what
// it is asked for. It is safe for concurrent use.
type remoteSnapshots struct {
	store RemoteStore
	now   func() time.Time

	mu         sync.Mutex
	looked     time.Time
	files      []remoteSnapshot
	privileged map[string]privilegedOf // by account
	reached    *reach.Inventory        // of all accounts, by the files
	reachedBy  string                  // of these names
}

func newRemoteSnapshots(store RemoteStore) *remoteSnapshots {
	return &remoteSnapshots{store: store, now: time.Now, privileged: map[string]privilegedOf{}}
}

// remoteSnapshot is a file of one.
type remoteSnapshot struct {
	parquet.DataFile
	table  string
	remote remoteFile
}

// privilegedOf are the privileged roles of an account, by the inventory that a file has.
type privilegedOf struct {
	file  string
	roles map[string]bool
}

// lookAtSnapshots is how often is looked which there are.
const lookAtSnapshots = 10 * time.Minute

// look finds out which there are, from time to time.
func (r *remoteSnapshots) look(ctx context.Context) ([]remoteSnapshot, error) {
	if now := r.now(); r.looked.IsZero() || now.Sub(r.looked) >= lookAtSnapshots {
		files, err := r.list(ctx)
		if err != nil {
			return nil, fmt.Errorf("looking which inventories there are: %w", err)
		}
		r.files, r.looked = files, now
	}
	return r.files, nil
}

func (r *remoteSnapshots) list(ctx context.Context) (files []remoteSnapshot, err error) {
	counts, err := readCommits(ctx, r.store)
	if err != nil {
		return nil, err
	}
	add := func(f remoteFile) {
		if table, file, ok := parquet.SnapshotFile(f.name); ok {
			files = append(files, remoteSnapshot{file, table, f})
		}
	}
	for _, f := range counts.inOrder() {
		add(f.on(context.WithoutCancel(ctx), r.store))
	}
	if counts.last > 0 {
		return files, nil
	}
	for _, folder := range committedFolders { // those that were copied there
		err = errors.Join(err, r.store.List(ctx, folder+"/", func(name string, o Object) error {
			add(remoteFile{name: name, object: o})
			return nil
		}))
	}
	return files, err
}

// accounts are those of which the lake has inventories or trails.
func (r *remoteSnapshots) accounts(ctx context.Context) (map[string]bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	files, err := r.look(ctx)
	accounts := map[string]bool{}
	for _, f := range files {
		if f.table == parquet.RolesSchema.Table || f.table == parquet.TrailsSchema.Table {
			accounts[f.Account] = true
		}
	}
	return accounts, err
}

// isPrivileged says whether the newest inventory of a role's account calls it so.
func (r *remoteSnapshots) isPrivileged(ctx context.Context, key string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	account, _, _ := strings.Cut(key, "/")
	files, err := r.newest(ctx, account, 1, parquet.RolesSchema.Table)
	if err != nil || len(files) == 0 {
		return false, err
	}
	if of, ok := r.privileged[account]; ok && of.file == files[0].Name {
		return of.roles[key], nil
	}
	of := privilegedOf{file: files[0].Name}
	err = fetchSnapshots(ctx, files, func(files map[string][]parquet.DataFile) error {
		of.roles, err = privilegedRoles(files[parquet.RolesSchema.Table])
		return err
	})
	if err == nil {
		r.privileged[account] = of
	}
	return of.roles[key], err
}

// newest are the files of tables of the newest inventories of an account, so many at most; of all
// accounts if it is empty.
func (r *remoteSnapshots) newest(ctx context.Context, account string, most int, tables ...string) (newest []remoteSnapshot, err error) {
	files, err := r.look(ctx)
	if err != nil {
		return nil, err
	}
	days := map[string][]string{} // the newest first, by account
	for _, f := range files {
		if f.table == parquet.RolesSchema.Table {
			days[f.Account] = append(days[f.Account], f.Partition)
		}
	}
	for account, all := range days {
		slices.Sort(all)
		slices.Reverse(all)
		days[account] = all[:min(len(all), most)]
	}
	for _, f := range files {
		if (account == "" || f.Account == account) && slices.Contains(tables, f.table) && slices.Contains(days[f.Account], f.Partition) {
			newest = append(newest, f)
		}
	}
	return newest, nil
}

// reachable are the roles of an account, or of all if it is empty, by what they are reached.
func (r *remoteSnapshots) reachable(ctx context.Context, account string) (in *reach.Inventory, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	files, err := r.newest(ctx, account, 1, reachableTables()...)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	by := strings.Join(names, "\n")
	if account == "" && r.reached != nil && by == r.reachedBy {
		return r.reached, nil
	}
	err = fetchSnapshots(ctx, files, func(files map[string][]parquet.DataFile) error {
		in, err = reachableOf(files)
		return err
	})
	if err == nil && account == "" {
		r.reached, r.reachedBy = in, by
	}
	return in, err
}

// read brings files of the newest inventories of an account here, see newest, and gives them to fn by
// their tables.
func (r *remoteSnapshots) read(ctx context.Context, account string, most int, tables []string, fn func(map[string][]parquet.DataFile) error) error {
	r.mu.Lock()
	files, err := r.newest(ctx, account, most, tables...)
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return fetchSnapshots(ctx, files, fn)
}

func fetchSnapshots(ctx context.Context, files []remoteSnapshot, fn func(map[string][]parquet.DataFile) error) (err error) {
	dir, err := os.MkdirTemp("", "roletrail-inventory-")
	if err != nil {
		return fmt.Errorf("reading inventories: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	err = sideBySide(len(files), func(i int) error {
		return downloadTo(ctx, files[i].remote, filepath.Join(dir, fmt.Sprint(i)))
	})
	if err != nil {
		return fmt.Errorf("reading inventories: %w", err)
	}
	by := map[string][]parquet.DataFile{}
	for i, f := range files {
		f.Path = filepath.Join(dir, fmt.Sprint(i))
		by[f.table] = append(by[f.table], f.DataFile)
	}
	return fn(by)
}

// snapshotQuestions are questions about inventories that are asked where no error can be returned: the
// first one is kept.
type snapshotQuestions struct {
	*remoteSnapshots
	ctx context.Context
	err error
}

func (q *snapshotQuestions) isPrivileged(key string) bool {
	yes, err := q.remoteSnapshots.isPrivileged(q.ctx, key)
	q.note(err)
	return yes
}

// isOwn says whether an account is no stranger (design 9.20), known being those of the configuration.
func (q *snapshotQuestions) isOwn(known []string) func(account string) bool {
	var own map[string]bool
	return func(account string) bool {
		if slices.Contains(known, account) {
			return true
		}
		if own == nil {
			var err error
			own, err = q.accounts(q.ctx)
			q.note(err)
		}
		return own[account]
	}
}

func (q *snapshotQuestions) note(err error) {
	if q.err == nil {
		q.err = err
	}
}
