package actions

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// module is what a Terraform file of a folder says, evaluated: what only IAM knows is a text
// that names it.
type module struct {
	t      *testing.T
	folder string
	files  map[string]string
	body   *hclsyntax.Body
}

// parsed reads one file, which must be HCL.
func parsed(t *testing.T, files map[string]string, name string) *module {
	t.Helper()
	file, diagnostics := hclsyntax.ParseConfig([]byte(files[name]), name, hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatalf("%s is no HCL: %v\n%s", name, diagnostics, files[name])
	}
	return &module{t, path.Dir(name), files, file.Body.(*hclsyntax.Body)}
}

// blocks are those of a type, by "aws_iam_role_policy.lock".
func (m *module) blocks(kind string) map[string]*hclsyntax.Body {
	found := map[string]*hclsyntax.Body{}
	for _, block := range m.body.Blocks {
		if block.Type == kind {
			found[strings.Join(block.Labels, ".")] = block.Body
		}
	}
	return found
}

// value is what an argument of a block is.
func (m *module) value(body *hclsyntax.Body, argument string) cty.Value {
	m.t.Helper()
	attribute := body.Attributes[argument]
	if attribute == nil {
		m.t.Fatalf("an argument %q is missing", argument)
	}
	read := function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}}, Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, there := m.files[path.Join(m.folder, args[0].AsString())]
			if !there || !json.Valid([]byte(text)) {
				m.t.Errorf("%s: the file %s is none, or no JSON", m.folder, args[0].AsString())
			}
			return cty.StringVal(text), nil
		},
	})
	names := map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(".")}), "self": cty.ObjectVal(map[string]cty.Value{"unique_id": cty.StringVal("the role's own")})}
	known := map[string]map[string]cty.Value{}
	for _, kind := range []string{"data", "resource"} {
		for label := range m.blocks(kind) {
			of, name, _ := strings.Cut(label, ".")
			if known[of] == nil {
				known[of] = map[string]cty.Value{}
			}
			known[of][name] = cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(label + ".name"), "arn": cty.StringVal(label + ".arn")})
		}
	}
	data := map[string]cty.Value{}
	for of, list := range known {
		names[of] = cty.ObjectVal(list)
		data[of] = cty.ObjectVal(list)
	}
	names["data"] = cty.ObjectVal(data)
	value, diagnostics := attribute.Expr.Value(&hcl.EvalContext{Variables: names, Functions: map[string]function.Function{"file": read}})
	if diagnostics.HasErrors() {
		m.t.Fatalf("%s: %v", argument, diagnostics)
	}
	return value
}

// text is an argument that is one.
func (m *module) text(body *hclsyntax.Body, argument string) string {
	m.t.Helper()
	return m.value(body, argument).AsString()
}

// texts are an argument that is a list of them.
func (m *module) texts(body *hclsyntax.Body, argument string) (list []string) {
	m.t.Helper()
	for _, v := range m.value(body, argument).AsValueSlice() {
		list = append(list, v.AsString())
	}
	return list
}

// isAboutOneRole holds what each file says of the role: its name, and that only the role with
// the id is the one that was decided about.
func (m *module) isAboutOneRole(o Order) {
	m.t.Helper()
	role := m.blocks("data")["aws_iam_role.role"]
	if role == nil || m.text(role, "name") != o.RoleName {
		m.t.Fatalf("%s is not about %s", m.folder, o.RoleName)
	}
	condition := role.Blocks[0].Body.Blocks[0].Body
	if m.value(condition, "condition").True() {
		m.t.Errorf("%s takes any role of the name", m.folder)
	}
	if compared := condition.Attributes["condition"].Expr.(*hclsyntax.BinaryOpExpr).RHS; compared != nil {
		if id, _ := compared.Value(nil); id.AsString() != o.RoleID {
			m.t.Errorf("%s is about the id %s", m.folder, id.AsString())
		}
	}
}

// TestTerraformSaysWhatTheScriptsDo: each Terraform file is HCL, about one role alone, and means
// what the script beside it does, whatever the names of policies and the reasons are.
func TestTerraformSaysWhatTheScriptsDo(t *testing.T) {
	trim, remove := trimOrder(), removeOrder()
	trim.Reason, trim.By, remove.Reason = hostile, hostile, "*/ \" ${file(\"/etc/passwd\")} \n}\nresource \"x\" \"y\" {"
	files := map[string]string{}
	for _, f := range filesOf(t, trim, remove) {
		files[f.Name] = f.Text
		if strings.HasSuffix(f.Name, ".json") && !json.Valid([]byte(f.Text)) {
			t.Errorf("%s is no JSON", f.Name)
		}
	}

	m := parsed(t, files, "001-trim/trim.tf")
	m.isAboutOneRole(trim)
	resources := m.blocks("resource")
	var attached []string
	for i, d := range trim.Drafts {
		label := "aws_iam_policy.trimmed_" + string(rune('1'+i))
		if resources[label] == nil || m.text(resources[label], "policy") != d.JSON() {
			t.Fatalf("trim.tf does not make %s of the proposed policy", label)
		}
		attached = append(attached, label+".arn")
	}
	if name := m.text(resources["aws_iam_policy.trimmed_1"], "name"); name != oddName+"-trimmed-2026Q3" {
		t.Errorf("the policy is called %s, trim.sh calls it otherwise", name)
	}
	if got := m.texts(resources["aws_iam_role_policy_attachments_exclusive.role"], "policy_arns"); !slices.Equal(got, attached) {
		t.Errorf("trim.tf leaves the role %v", got)
	}
	if got := m.texts(resources["aws_iam_role_policies_exclusive.role"], "policy_names"); len(got) != 0 || len(resources) != len(trim.Drafts)+2 {
		t.Errorf("trim.tf leaves the role the inline policies %v, and has %d resources", got, len(resources))
	}

	m = parsed(t, files, "001-trim/undo/undo.tf")
	m.isAboutOneRole(trim)
	resources = m.blocks("resource")
	if got, want := m.texts(resources["aws_iam_role_policy_attachments_exclusive.role"], "policy_arns"), []string{trim.Today[0].Name, trim.Today[1].Name}; !slices.Equal(got, want) {
		t.Errorf("undo.tf gives back %q, want %q", got, want)
	}
	own := resources["aws_iam_role_policy.before_1"]
	if len(resources) != 2 || own == nil || m.text(own, "name") != "own" || m.text(own, "policy") != trim.Today[2].Document {
		t.Errorf("undo.tf does not give back the inline policy")
	}

	m = parsed(t, files, "002-remove/lock.tf")
	m.isAboutOneRole(remove)
	resources = m.blocks("resource")
	lock := resources["aws_iam_role_policy.lock"]
	if len(resources) != 1 || lock == nil || m.text(lock, "name") != lockName {
		t.Fatalf("lock.tf has %d resources", len(resources))
	}
	var denied struct {
		Statement []struct{ Effect, Action, Resource string }
	}
	if err := json.Unmarshal([]byte(m.text(lock, "policy")), &denied); err != nil || len(denied.Statement) != 1 ||
		denied.Statement[0].Effect != "Deny" || denied.Statement[0].Action != "*" || denied.Statement[0].Resource != "*" {
		t.Errorf("what locks the role is %+v: %v", denied, err)
	}
}
