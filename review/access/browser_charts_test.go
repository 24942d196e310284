//go:build integration

package access

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"roletrail/iam/amount"
)

// TestCharts: every chart of a role's page has a title, and its table the same facts, which
// keys open, and which stand on paper without being opened.
func TestCharts(t *testing.T) {
	r := made(30)
	at := slices.IndexFunc(r.Roles, func(role Role) bool {
		return role.Verdict == "active" && len(role.CallerList) > 1 && len(role.ServiceList) > 1
	})
	role := &r.Roles[at]
	// One that came through another role and was refused, and one that is trusted in vain.
	role.CallerList[0].ViaRole, role.CallerList[0].Denied = "arn:aws:iam::111111111111:role/Through", 3
	role.CallerList = append(role.CallerList, Caller{Caller: "arn:aws:iam::111111111111:user/never", CallerKind: "user", Findings: []string{"never_came"}})
	file := savedPage(t, r)
	c := startChromium(t)
	c.open(file, 1440)
	c.eval(`document.querySelectorAll('#table a.role')[`+strconv.Itoa(at)+`].click()`, nil)
	c.wants(`[...document.querySelectorAll('#panel svg')].filter(s => s.getAttribute('aria-hidden') !== 'true' && !(s.getAttribute('role') === 'img' && s.firstElementChild.nodeName === 'title' && s.firstElementChild.textContent)).length`, 0)
	c.wants(`document.querySelectorAll('#panel .stack').length`, len(role.ServiceList))

	table := func(caption string) (cells [][]string) {
		c.eval(`[...[...document.querySelectorAll('#panel .equal table')].find(t => t.caption.textContent.startsWith('`+caption+`')).tBodies[0].rows].map(r => [...r.cells].map(d => d.textContent))`, &cells)
		return cells
	}
	var callers [][]string
	for _, caller := range role.CallerList {
		row := []string{"", string(caller.CallerKind), "-", amount.Grouped(caller.Assumptions), amount.Grouped(caller.Denied), ""}
		c.eval(`(`+nameOfCaller+`)(`+strconv.Quote(string(caller.Caller))+`)`, &row[0])
		if caller.ViaRole != "" {
			row[2] = "Through"
		}
		for i, finding := range caller.Findings {
			if i > 0 {
				row[5] += ", "
			}
			row[5] += finding
		}
		if row[5] == "never_came" {
			row[3] = "never came"
		}
		callers = append(callers, row)
	}
	if got := table("Callers of"); !reflect.DeepEqual(got, callers) {
		t.Errorf("the graph has the table %v, want %v", got, callers)
	}
	var services [][]string
	for _, s := range role.ServiceList {
		row := []string{string(s.Service), amount.Grouped(s.Granted)}
		for _, n := range []int64{s.Used, s.Unobservable, s.Unused} {
			if row = append(row, amount.Grouped(n)); n == 0 {
				row[len(row)-1] = "-"
			}
		}
		services = append(services, row)
	}
	if got := table("Permissions of"); !reflect.DeepEqual(got, services) {
		t.Errorf("the bars have the table %v, want %v", got, services)
	}
	var graph string
	c.eval(`document.querySelector('#panel .graph svg > title').textContent`, &graph)
	if want := "Callers of " + string(role.RoleName) + ": " + amount.Of(len(role.CallerList)-1, "caller") + ", most often "; len(graph) < len(want) || graph[:len(want)] != want {
		t.Errorf("the graph is called %q, want %q…", graph, want)
	}

	// Closed until a key opens it.
	const open = `document.querySelector('#panel .equal table').checkVisibility()`
	c.wants(open, false)
	c.eval(`document.querySelector('#panel .equal summary').focus()`, nil)
	c.key("Enter", "\r")
	c.wants(open, true)
	c.shootTall("role-whole", 1440, 3600)
	c.shootTall("role-whole-420", 420, 6400)
	c.key("Escape", "")

	c.eval(`window.print = () => {}; [...document.querySelectorAll('#decision-tools button')].find(b => b.textContent === 'Print with role pages').click()`, nil)
	c.media("print", "light")
	c.wants(`[...document.querySelectorAll('#print-pages .equal table, #coverage .equal table')].every(t => t.checkVisibility() && t.getBoundingClientRect().height > 20)`, true)
	c.wants(`document.querySelectorAll('#print-pages .equal table').length > `+strconv.Itoa(len(r.Roles)), true)
	c.shootTall("print-whole", 1040, 6000)
	c.shootPrint("print")
	c.quiet(file)
}

// nameOfCaller is the name of a caller as its row beside the trust policy has it.
const nameOfCaller = `caller => [...document.querySelectorAll('#panel .who li')].map(li => [li.querySelector('b').textContent, li.textContent]).find(([name, all]) => all.includes(caller))[0]`

// shootTall takes a picture of a role's page that is as tall as it needs.
func (c *chromium) shootTall(name string, width, height int) {
	c.t.Helper()
	c.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	c.shoot(name, false)
	c.call("Emulation.setDeviceMetricsOverride", object{"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// shootPrint writes what a printer would get into $ROLETRAIL_SHOTS.
func (c *chromium) shootPrint(name string) {
	c.t.Helper()
	dir := os.Getenv("ROLETRAIL_SHOTS")
	if dir == "" {
		return
	}
	var pdf struct{ Data string }
	c.call("Page.printToPDF", object{"preferCSSPageSize": true, "printBackground": true}, &pdf)
	raw, err := base64.StdEncoding.DecodeString(pdf.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".pdf"), raw, 0o644)
	}
	if err != nil {
		c.t.Error(err)
	}
}
