package organisation

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// newWorld lives through the whole time: routines first, stories after.
func newWorld() *world {
	w := &world{cast: newCast()}
	for _, r := range append(w.routinesWorkloads(), w.routinesOthers()...) {
		w.live(r)
	}
	w.storyRoles()
	w.storyChanges()
	return w
}

// Tree makes the committed organisation: the content of every file by its
// slash-separated path below testdata/cloudtrail (AWSLogs/…, bad/…, iam/… and
// expected/…).
func Tree() (map[string][]byte, error) {
	w := newWorld()
	logs := w.out.layOut()
	files := append(logs, otherFamilies(logs)...)

	tree, bad, err := badTree()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if tree[f.key], err = compress(f.content(), 6); err != nil {
			return nil, fmt.Errorf("writing %q: %w", f.key, err)
		}
	}
	if err := w.addInventory(tree); err != nil {
		return nil, err
	}
	answers, err := w.answers(files, bad)
	if err != nil {
		return nil, err
	}
	for name, content := range answers {
		tree["expected/"+name] = content
	}
	return tree, nil
}

// addInventory adds iam/ACCOUNT.json of every account, that of tooling with
// URL-encoded documents, and that of data once more in two pages.
func (w *world) addInventory(tree map[string][]byte) error {
	for _, a := range []*account{w.workloads, w.tooling, w.data} {
		v := &inventory{world: w, account: a, encoded: a == w.tooling}
		content, err := v.file()
		if err != nil {
			return fmt.Errorf("writing inventory of %s: %w", a.id, err)
		}
		tree["iam/"+a.id+".json"] = content
	}
	pages, err := (&inventory{world: w, account: w.data}).pages()
	if err != nil {
		return fmt.Errorf("writing inventory pages of %s: %w", w.data.id, err)
	}
	for i, content := range pages {
		tree["iam/pages/"+w.data.id+"-"+strconv.Itoa(i+1)+".json"] = content
	}
	return nil
}

// WriteStories writes the committed organisation below dir, which becomes what
// testdata/cloudtrail is: AWSLogs, bad, iam and expected. Existing files of
// these names are overwritten, others left alone.
func WriteStories(dir string) error {
	tree, err := Tree()
	if err != nil {
		return err
	}
	return writeTree(dir, tree)
}

func writeTree(dir string, tree map[string][]byte) error {
	for _, path := range sortedKeys(tree) {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(path)), tree[path]); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making folder: %w", err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("writing file: %w", err)
	}
	return nil
}
