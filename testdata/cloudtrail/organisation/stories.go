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
// slash-separated path below testdata/cloudtrail (AWSLogs/…, bad/…, iam/…,
// trails/…, scp/…, roletrail.yaml and expected/…).
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
	w.addInventory(tree)
	w.addConfiguration(tree)
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
func (w *world) addInventory(tree map[string][]byte) {
	for _, a := range []*account{w.workloads, w.tooling, w.data} {
		v := &inventory{world: w, account: a, encoded: a == w.tooling}
		tree["iam/"+a.id+".json"] = v.file()
	}
	for i, content := range (&inventory{world: w, account: w.data}).pages() {
		tree["iam/pages/"+w.data.id+"-"+strconv.Itoa(i+1)+".json"] = content
	}
}

// addConfiguration adds what people would fetch or write beside logs and inventory:
// what the trails log, the policies at the root of the organisation, and
// roletrail.yaml.
func (w *world) addConfiguration(tree map[string][]byte) {
	for _, t := range w.trails() {
		tree["trails/"+t.owner.id+".json"] = t.configuration()
	}
	tree["scp/root.json"] = controlPolicies()
	tree["roletrail.yaml"] = []byte(configuration)
}

// WriteStories writes the committed organisation below dir, which becomes what
// testdata/cloudtrail is: AWSLogs, bad, iam, trails, scp, roletrail.yaml and expected. Existing files of
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
