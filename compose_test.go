package roletrail_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composed is what is held of dashboards/compose.yaml.
type composed struct {
	Services map[string]struct {
		Image   string `yaml:"image"`
		Build   struct{ Dockerfile string }
		Command []string
		Volumes []string
		Ports   []string
		Configs []struct{ Source, Target string }
	}
	Configs map[string]struct{ Content string }
	Volumes map[string]any
}

func readYAML(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pinned is an image with a version, not the newest.
var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9]+\.[0-9]+\.[0-9]+$`)

// TestCompose holds the example for Docker Compose to the files and flags that there are.
// That it runs only Docker can say.
func TestCompose(t *testing.T) {
	var c composed
	readYAML(t, readFile(t, "dashboards/compose.yaml"), &c)
	if len(c.Services) != 5 {
		t.Fatalf("%d services", len(c.Services))
	}
	for name, s := range c.Services {
		if s.Build.Dockerfile == "" && !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %q has no version", name, s.Image)
		}
		if file := s.Build.Dockerfile; file != "" {
			readFile(t, file)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to others", name, port)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, named := c.Volumes[from]; named || from == "./logs" || from == "./lake" || strings.HasPrefix(from, "./secrets/") {
				continue
			}
			if _, err := os.Stat(from); err != nil {
				t.Errorf("%s: volume %s: %v", name, volume, err)
			}
		}
	}
	type prometheus struct {
		Rules  []string `yaml:"rule_files"`
		Scrape []struct {
			Job     string `yaml:"job_name"`
			Targets []struct{ Targets []string }
		} `yaml:"scrape_configs"`
	}
	jobs := func(text []byte) (names []string) {
		var p prometheus
		readYAML(t, text, &p)
		for _, job := range p.Scrape {
			names = append(names, job.Job)
		}
		return names
	}
	inside, beside := jobs([]byte(c.Configs["prometheus"].Content)), jobs(readFile(t, "dashboards/prometheus/prometheus.yml"))
	if len(inside) != 2 || !slices.Equal(inside, beside) {
		t.Errorf("compose.yaml scrapes %v, prometheus.yml %v", inside, beside)
	}
	for service, port := range map[string]string{"watch": "9595", "report": "9596"} {
		if !strings.Contains(c.Configs["prometheus"].Content, service+":"+port) || !slices.Contains(c.Services[service].Command, "0.0.0.0:"+port) {
			t.Errorf("%s does not listen where Prometheus asks: %v", service, c.Services[service].Command)
		}
	}
}

// TestProvisioning holds Grafana's data source to the type of the dashboards' variable, and
// the folder of the dashboards to where compose.yaml puts them.
func TestProvisioning(t *testing.T) {
	var sources struct {
		Version int                                     `yaml:"apiVersion"`
		Sources []struct{ Name, UID, Type, URL string } `yaml:"datasources"`
	}
	readYAML(t, readFile(t, "dashboards/grafana/provisioning/datasources/prometheus.yaml"), &sources)
	var boards struct {
		Version   int `yaml:"apiVersion"`
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	readYAML(t, readFile(t, "dashboards/grafana/provisioning/dashboards/roletrail.yaml"), &boards)
	if sources.Version != 1 || boards.Version != 1 || len(sources.Sources) != 1 || len(boards.Providers) != 1 {
		t.Fatalf("%+v, %+v", sources, boards)
	}
	var c composed
	readYAML(t, readFile(t, "dashboards/compose.yaml"), &c)
	path := boards.Providers[0].Options.Path
	if !slices.Contains(c.Services["grafana"].Volumes, "./dashboards/grafana:"+path+":ro") {
		t.Errorf("the dashboards are not in %s: %v", path, c.Services["grafana"].Volumes)
	}
	files, err := filepath.Glob("dashboards/grafana/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "lake.json" {
			continue // it asks a data source of a plugin, which nobody provisions
		}
		if !strings.Contains(string(readFile(t, file)), `"query": "`+sources.Sources[0].Type+`"`) {
			t.Errorf("%s has no data source of type %s", file, sources.Sources[0].Type)
		}
	}
}
