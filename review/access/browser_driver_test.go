//go:build integration

package access

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// chromium is a browser that a test drives by the DevTools protocol, over two pipes.
type chromium struct {
	t       *testing.T
	send    io.Writer
	session string

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	loaded  chan struct{}
	// said is what the page wrote to the console, asked what it asked the network for.
	said, asked []string
}

type reply struct {
	ID     int
	Result json.RawMessage
	Error  *struct{ Message string }
	Method string
	Params json.RawMessage
}

// startChromium starts a browser that ends with the test.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	toBrowser, send, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	receive, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--no-first-run", "about:blank")
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toBrowser.Close()
	fromBrowser.Close()
	c := &chromium{t: t, send: send, waiting: map[int]chan reply{}, loaded: make(chan struct{}, 1)}
	go c.listen(receive)
	t.Cleanup(func() {
		c.session = ""
		c.write("Browser.close", nil)
		done := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		done.Stop()
		send.Close()
	})
	var target struct{ TargetID string }
	c.call("Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	c.call("Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	c.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		c.call(domain+".enable", nil, nil)
	}
	return c
}

type object = map[string]any

// listen takes messages, each of which ends with a NUL.
func (c *chromium) listen(from io.Reader) {
	in := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &r) != nil {
			continue
		}
		c.mu.Lock()
		if r.ID > 0 {
			if w := c.waiting[r.ID]; w != nil {
				w <- r
				delete(c.waiting, r.ID)
			}
		} else {
			c.note(r)
		}
		c.mu.Unlock()
	}
}

func (c *chromium) note(r reply) {
	switch r.Method {
	case "Page.loadEventFired":
		select {
		case c.loaded <- struct{}{}:
		default:
		}
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening":
		c.said = append(c.said, r.Method+" "+string(r.Params))
	case "Network.requestWillBeSent":
		var p struct{ Request struct{ URL string } }
		if json.Unmarshal(r.Params, &p) == nil && !strings.HasPrefix(p.Request.URL, "data:") {
			c.asked = append(c.asked, p.Request.URL)
		}
	}
}

func (c *chromium) write(method string, params any) chan reply {
	c.mu.Lock()
	c.next++
	w := make(chan reply, 1)
	c.waiting[c.next] = w
	message := object{"id": c.next, "method": method}
	c.mu.Unlock()
	if params != nil {
		message["params"] = params
	}
	if c.session != "" {
		message["sessionId"] = c.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.send.Write(append(text, 0)); err != nil && c.session != "" {
		c.t.Fatal(err)
	}
	return w
}

// call asks the browser and waits for its answer.
func (c *chromium) call(method string, params, result any) {
	c.t.Helper()
	select {
	case r := <-c.write(method, params):
		if r.Error != nil {
			c.t.Fatalf("%s: %s", method, r.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(r.Result, result); err != nil {
				c.t.Fatalf("%s: %v in %.200s", method, err, r.Result)
			}
		}
	case <-time.After(2 * time.Minute):
		c.t.Fatalf("%s: the browser does not answer", method)
	}
}

// eval runs an expression in the page; a promise is waited for.
func (c *chromium) eval(expression string, result any) {
	c.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	c.call("Runtime.evaluate", object{"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &answer)
	if e := answer.ExceptionDetails; e != nil {
		c.t.Fatalf("%.200s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			c.t.Fatalf("%.200s: %v in %.200s", expression, err, answer.Result.Value)
		}
	}
}

// wants fails unless an expression has a value.
func (c *chromium) wants(expression string, want any) {
	c.t.Helper()
	var got any
	c.eval(expression, &got)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.t.Errorf("%s is %v, want %v", expression, got, want)
	}
}

// open shows a page in a window of a width.
func (c *chromium) open(file string, width int) {
	c.t.Helper()
	c.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	c.call("Page.navigate", object{"url": "about:blank"}, nil)
	<-c.loaded
	c.call("Page.navigate", object{"url": "file://" + file}, nil)
	select {
	case <-c.loaded:
	case <-time.After(time.Minute):
		c.t.Fatal("the page does not load")
	}
	c.eval(ready, nil)
}

// ready waits until the script of the page has read its data, which it does by and by.
const ready = `new Promise((done, failed) => {
	const look = tries => 'ready' in document.documentElement.dataset ? done() : tries ? setTimeout(() => look(tries - 1), 10) : failed(new Error('the page is never ready'));
	look(3000);
})`

// key presses a key.
func (c *chromium) key(name, text string) {
	c.t.Helper()
	code := map[string]int{"Enter": 13, "Escape": 27, "Tab": 9}[name]
	c.call("Input.dispatchKeyEvent", object{"type": "keyDown", "key": name, "text": text, "windowsVirtualKeyCode": code}, nil)
	c.call("Input.dispatchKeyEvent", object{"type": "keyUp", "key": name, "windowsVirtualKeyCode": code}, nil)
}

// media sets what the page is shown on.
func (c *chromium) media(medium, scheme string) {
	c.t.Helper()
	c.call("Emulation.setEmulatedMedia", object{"media": medium, "features": []object{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// shoot writes a picture of the page into $ROLETRAIL_SHOTS, for people to look at.
func (c *chromium) shoot(name string, wholePage bool) {
	c.t.Helper()
	dir := os.Getenv("ROLETRAIL_SHOTS")
	if dir == "" {
		return
	}
	var picture struct{ Data string }
	c.call("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": wholePage}, &picture)
	raw, err := base64.StdEncoding.DecodeString(picture.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o644)
	}
	if err != nil {
		c.t.Error(err)
	}
}

// quiet fails if the page said something, or asked for anything but itself.
func (c *chromium) quiet(file string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, said := range c.said {
		c.t.Errorf("the page said %.300s", said)
	}
	for _, url := range c.asked {
		if url != "file://"+file && url != "about:blank" && !strings.HasPrefix(url, "file://"+file+"#") {
			c.t.Errorf("the page asked for %s", url)
		}
	}
	c.said = nil
}
