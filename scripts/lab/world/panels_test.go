package world

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/seen"
)

// TestShown reads a record with renewals, a lapse, a change and a torn end.
func TestShown(t *testing.T) {
	record := strings.Join([]string{
		`{"name":"self","at_us":1000000,"until_us":3000000,"a":53312}`,
		`{"name":"self","at_us":2000000,"until_us":4000000,"a":53312}`,
		`{"name":"buzzer","at_us":2500000,"until_us":2600000,"beats_ms":[100]}`,
		`{"name":"self","at_us":6000000,"until_us":8000000,"a":16711680,"on_ms":170,"off_ms":170}`,
		`{"name":"self","at_us":7000000}`,
		`{"name":"self","at_us":75`,
	}, "\n")
	all, err := shown([]byte(record), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range all {
		got = append(got, fmt.Sprintf("%v %s %v %v %v", o.At, o.Kind, o.Fields["pattern"], o.Fields["sounds"], o.Is("lapsed")))
	}
	want := []string{
		"0s lamp green steady <nil> false", "1.5s buzzer <nil> true false", "1.6s buzzer <nil> false false",
		"3s lamp off <nil> true", "5s lamp red fast blink <nil> false", "6s lamp off <nil> false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := shown([]byte("nonsense\n"+record), 0); err == nil {
		t.Error("nonsense in the middle was read")
	}
}

func FuzzShown(f *testing.F) {
	f.Add([]byte(`{"name":"self","at_us":1,"until_us":2,"a":3}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, _ := shown(text, 0)
		for i, o := range all {
			if o.Source != seen.Panel || i > 0 && o.At < all[i-1].At {
				t.Fatalf("observation %d: %v", i, o)
			}
		}
	})
}
