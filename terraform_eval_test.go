package roletrail_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// infrastructure is deploy/terraform, evaluated as far as that is possible without AWS: what
// only AWS knows of a resource is a text that names it, as "aws_sqs_queue.notices.arn".
type infrastructure struct {
	blocks    map[string]*hclsyntax.Block // "variable.name", "aws_sqs_queue.notices", …
	locals    map[string]hclsyntax.Expression
	variables map[string]cty.Value // that are given; the others have their defaults
	known     map[string]cty.Value // values of locals and resources
}

// given are values for the variables without a default. The buckets are those of
// s3test.ShippedPolicy.
func given() map[string]cty.Value {
	return map[string]cty.Value{
		"trail_bucket": cty.StringVal("trails"), "lake_bucket": cty.StringVal("lake"),
		"function_zip": cty.StringVal("function.zip"), "image_tag": cty.StringVal("1"),
		"vpc_id": cty.StringVal("vpc-1"), "subnet_ids": cty.ListVal([]cty.Value{cty.StringVal("subnet-1"), cty.StringVal("subnet-2")}),
		"alarm_actions": cty.ListVal([]cty.Value{cty.StringVal("arn:aws:sns:eu-west-1:111111111111:alarms")}),
	}
}

// readInfrastructure parses the files; change may alter their texts, and be nil.
func readInfrastructure(t *testing.T, variables map[string]cty.Value, change func(file, text string) string) *infrastructure {
	t.Helper()
	names, err := filepath.Glob("deploy/terraform/*.tf")
	if err != nil || len(names) < 5 {
		t.Fatalf("files: %v %v", names, err)
	}
	in := &infrastructure{map[string]*hclsyntax.Block{}, map[string]hclsyntax.Expression{}, variables, map[string]cty.Value{}}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			text = []byte(change(filepath.Base(name), string(text)))
		}
		file, diagnostics := hclparse.NewParser().ParseHCL(text, name)
		if diagnostics.HasErrors() {
			t.Fatal(diagnostics)
		}
		in.add(file.Body.(*hclsyntax.Body))
	}
	return in
}

func (in *infrastructure) add(body *hclsyntax.Body) {
	for _, block := range body.Blocks {
		switch block.Type {
		case "locals":
			for name, attribute := range block.Body.Attributes {
				in.locals[name] = attribute.Expr
			}
		case "resource":
			in.blocks[strings.Join(block.Labels, ".")] = block
		default:
			in.blocks[strings.Join(append([]string{block.Type}, block.Labels...), ".")] = block
		}
	}
}

// of are the names of the blocks that begin so, sorted.
func (in *infrastructure) of(prefix string) (names []string) {
	for name := range in.blocks {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// resource is a resource as JSON has it: with for_each a map of them, with count a list.
func (in *infrastructure) resource(t *testing.T, name string) any {
	t.Helper()
	v, err := in.resourceValue(name)
	if err != nil {
		t.Fatalf("evaluating %s: %v", name, err)
	}
	return plain(t, v)
}

func plain(t *testing.T, v cty.Value) (out any) {
	t.Helper()
	text, err := ctyjson.Marshal(v, v.Type())
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (in *infrastructure) resourceValue(name string) (cty.Value, error) {
	if v, ok := in.known[name]; ok {
		return v, nil
	}
	block := in.blocks[name]
	if block == nil {
		return cty.NilVal, fmt.Errorf("there is no %s", name)
	}
	v, err := in.instances(name, block.Body)
	in.known[name] = v
	return v, err
}

// instances makes one object, or with for_each and count as many as there are.
func (in *infrastructure) instances(name string, body *hclsyntax.Body) (cty.Value, error) {
	if each := body.Attributes["for_each"]; each != nil {
		over, err := in.eval(each.Expr, nil)
		if err != nil {
			return cty.NilVal, err
		}
		all := map[string]cty.Value{}
		for key, value := range over.Elements() {
			if over.Type().IsSetType() {
				key = value
			}
			each := cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})
			id := key.AsString()
			if all[id], err = in.object(name+"["+id+"]", body, map[string]cty.Value{"each": each}); err != nil {
				return cty.NilVal, err
			}
		}
		return cty.ObjectVal(all), nil
	}
	one, err := in.object(name, body, nil)
	count := body.Attributes["count"]
	if count == nil || err != nil {
		return one, err
	}
	n, err := in.eval(count.Expr, nil)
	if err != nil {
		return cty.NilVal, err
	}
	if n.RawEquals(cty.Zero) {
		return cty.EmptyTupleVal, nil
	}
	return cty.TupleVal([]cty.Value{one}), nil
}

// computed are what AWS says of resources, of those that the files ask for.
var computed = []string{"id", "arn", "name", "url", "bucket", "repository_url", "arn_without_revision"}

// object evaluates a block: attributes are values, blocks within are lists of objects.
func (in *infrastructure) object(name string, body *hclsyntax.Body, scope map[string]cty.Value) (cty.Value, error) {
	all := map[string]cty.Value{}
	for key, attribute := range body.Attributes {
		if slices.Contains([]string{"for_each", "count", "depends_on"}, key) {
			continue
		}
		v, err := in.eval(attribute.Expr, scope)
		if err != nil {
			return cty.NilVal, err
		}
		all[key] = v
	}
	inner := map[string][]cty.Value{}
	for _, block := range body.Blocks {
		v, err := in.object("", block.Body, scope)
		if err != nil {
			return cty.NilVal, err
		}
		inner[block.Type] = append(inner[block.Type], v)
	}
	for kind, list := range inner {
		all[kind] = cty.TupleVal(list)
	}
	for _, key := range computed {
		if _, set := all[key]; !set && name != "" {
			all[key] = cty.StringVal(name + "." + key)
		}
	}
	return cty.ObjectVal(all), nil
}

// eval evaluates an expression and all that it refers to.
func (in *infrastructure) eval(expression hclsyntax.Expression, scope map[string]cty.Value) (cty.Value, error) {
	groups := map[string]map[string]cty.Value{}
	variables := map[string]cty.Value{"data": asked}
	for name, v := range scope {
		variables[name] = v
	}
	for _, traversal := range expression.Variables() {
		root := traversal.RootName()
		if _, ok := variables[root]; ok {
			continue
		}
		attribute, ok := traversal[1].(hcl.TraverseAttr)
		if !ok {
			return cty.NilVal, fmt.Errorf("%s is named as a whole", root)
		}
		v, err := in.reference(root, attribute.Name)
		if err != nil {
			return cty.NilVal, err
		}
		if groups[root] == nil {
			groups[root] = map[string]cty.Value{}
		}
		groups[root][attribute.Name] = v
	}
	for root, group := range groups {
		variables[root] = cty.ObjectVal(group)
	}
	v, diagnostics := expression.Value(&hcl.EvalContext{Variables: variables, Functions: functions})
	if diagnostics.HasErrors() {
		return cty.NilVal, diagnostics
	}
	return v, nil
}

// reference is what var.name, local.name or aws_….name stands for.
func (in *infrastructure) reference(root, name string) (cty.Value, error) {
	switch root {
	case "var":
		return in.variable(name)
	case "local":
		if v, ok := in.known["local."+name]; ok {
			return v, nil
		}
		if in.locals[name] == nil {
			return cty.NilVal, fmt.Errorf("there is no local.%s", name)
		}
		v, err := in.eval(in.locals[name], nil)
		in.known["local."+name] = v
		return v, err
	}
	return in.resourceValue(root + "." + name)
}

func (in *infrastructure) variable(name string) (cty.Value, error) {
	if v, ok := in.variables[name]; ok {
		return v, nil
	}
	block := in.blocks["variable."+name]
	if block == nil || block.Body.Attributes["default"] == nil {
		return cty.NilVal, fmt.Errorf("variable %s has no value", name)
	}
	return in.eval(block.Body.Attributes["default"].Expr, nil)
}

// refused are the variables of which a condition does not hold.
func (in *infrastructure) refused() (names []string, err error) {
	for _, name := range in.of("variable.") {
		for _, block := range in.blocks[name].Body.Blocks {
			if block.Type != "validation" {
				continue
			}
			holds, err := in.eval(block.Body.Attributes["condition"].Expr, nil)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if holds.False() {
				names = append(names, strings.TrimPrefix(name, "variable."))
			}
		}
	}
	return names, nil
}

// asked is what AWS answers about the account.
var asked = cty.ObjectVal(map[string]cty.Value{
	"aws_partition":       current("partition", "aws"),
	"aws_region":          current("name", "eu-west-1"),
	"aws_caller_identity": current("account_id", "111111111111"),
})

func current(key, value string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"current": cty.ObjectVal(map[string]cty.Value{key: cty.StringVal(value)})})
}

// functions are those of Terraform that the files use, as far as HCL's own library has them.
var functions = map[string]function.Function{
	"can": tryfunc.CanFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "flatten": stdlib.FlattenFunc,
	"jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc, "length": stdlib.LengthFunc, "merge": stdlib.MergeFunc,
	"regex": stdlib.RegexFunc, "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"endswith":         ofTexts(cty.Bool, func(text, end string) cty.Value { return cty.BoolVal(strings.HasSuffix(text, end)) }, "text", "end"),
	"filebase64sha256": ofTexts(cty.String, func(name, _ string) cty.Value { return cty.StringVal("hash of " + name) }, "name"),
}

// ofTexts makes a function of one or two texts.
func ofTexts(result cty.Type, call func(first, second string) cty.Value, names ...string) function.Function {
	var parameters []function.Parameter
	for _, name := range names {
		parameters = append(parameters, function.Parameter{Name: name, Type: cty.String})
	}
	return function.New(&function.Spec{
		Params: parameters, Type: function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			second := ""
			if len(args) > 1 {
				second = args[1].AsString()
			}
			return call(args[0].AsString(), second), nil
		},
	})
}
