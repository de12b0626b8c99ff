package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestPasswordIsNeverPrinted: however a broker, or settings that hold it, come to be printed or logged.
func TestPasswordIsNeverPrinted(t *testing.T) {
	b := Broker{Name: "main", URL: "mqtts://broker.example.net", Username: "office", Password: "hunter2"}
	set := Settings{Brokers: []Broker{b}}
	var out bytes.Buffer
	for _, v := range []any{b, &b, set, &set, set.Brokers} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&out, verb, v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(out.String(), b.Password) {
		t.Errorf("the password is in %s", out.String())
	}
	if !strings.Contains(b.String(), b.Name) || !strings.Contains(b.String(), b.URL) {
		t.Errorf("%q does not say which broker it is", b)
	}
}
