package probe_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

func transactionCheck(c *firmware.TransactionCheck, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "journey"}, Kind: "transaction", Role: firmware.RoleEdge,
		Interval: time.Minute, Timeout: timeout, Transaction: c,
	}
}

func namesOf(steps []firmware.Step) (names []string) {
	for _, s := range steps {
		names = append(names, s.Name)
	}
	return names
}

// TestScriptOnThePage is what can be wrong with a script on a customer's page, and which step it is told of.
func TestScriptOnThePage(t *testing.T) {
	const ok, wrong = firmware.OutcomeOK, firmware.OutcomeBodyMismatch
	tag := func(src string) string { return `<script src="` + src + `"></script>` }
	for _, tc := range []struct {
		name, page, script string
		want               firmware.Outcome
		step               string // that failed
	}{
		{"there", markup, recorder, ok, ""},
		{"relative to a base", `<base href="/deep/"><script src="../recorder.js"></script>`, recorder, ok, ""},
		{"with an entity, in capitals", `<SCRIPT SRC = '/recorder.js?a=1&amp;b=2' />`, recorder, ok, ""},
		{"missing", `<script src="/other.js"></script>`, recorder, wrong, "page"},
		{"in a comment", "<!-- " + markup + " -->", recorder, wrong, "page"},
		{"where no browser runs it", "<noscript>" + markup + "</noscript><template>" + markup + "</template>", recorder, wrong, "page"},
		{"in another script's text", `<script>"` + `<script src='/recorder.js'>` + `"</script>`, recorder, wrong, "page"},
		{"twice", markup + markup, recorder, wrong, "page"},
		{"of another host", tag("https://evil.example/recorder.js"), recorder, wrong, "page"},
		{"of another port", tag("//127.0.0.1:1/recorder.js"), recorder, wrong, "page"},
		{"of a user", tag("http://a:b@127.0.0.1/recorder.js"), recorder, wrong, "page"},
		{"javascript", tag("javascript:go()//recorder.js"), recorder, wrong, "page"},
		{"no URL", tag("http://[::1/recorder.js"), recorder, wrong, "page"},
		{"huge", tag("/recorder.js?" + strings.Repeat("x", 3000)), recorder, wrong, "page"},
		{"with a line end in it", tag("/recorder.js?a\r\nb"), recorder, wrong, "page"},
		{"404", markup, "", firmware.OutcomeHTTPStatus, "script"},
		{"truncated", markup, recorder[:15], wrong, "script"},
		{"last week's", markup, strings.Replace(recorder, "28", "21", 1), wrong, "script"},
		{"an error page under 200", markup, strings.Repeat("<p>sorry</p>", 8), wrong, "script"},
		{"grown", markup, recorder + strings.Repeat(" ", 100), firmware.OutcomeTooLarge, "script"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/":
					fmt.Fprint(w, tc.page)
				case tc.script == "":
					http.NotFound(w, r)
				default:
					fmt.Fprint(w, tc.script)
				}
			}))
			t.Cleanup(srv.Close)
			r := do(t, prober(t, transactionCheck(pageAndScript(srv.URL), long), loopback(), probe.Defaults()), long)
			holdTo(t, r, tc.want, tc.step)
			if strings.Contains(r.Detail, "recorder.js?") || strings.Contains(r.Detail, "evil") {
				t.Errorf("tells what the page says: %s", r.Detail)
			}
		})
	}
}

// holdTo compares a transaction's result with what is wanted, and its parts with each other.
func holdTo(t *testing.T, r firmware.Result, want firmware.Outcome, step string) {
	t.Helper()
	if r.Outcome != want || step != "" && !strings.HasPrefix(r.Detail, "step "+step+": ") {
		t.Errorf("%v (%s), want %v at step %q", r.Outcome, r.Detail, want, step)
	}
	var sum firmware.Phases
	took := time.Duration(0)
	for _, s := range r.Steps {
		sum, took = sum.Plus(s.Phases), took+s.Took
		if bad := !s.Outcome.OK(); bad != (s.Name == step) && s.Name != "delete" {
			t.Errorf("step %s is %v", s.Name, s.Outcome)
		}
	}
	if sum != r.Phases || took > r.Took || len(r.Steps) == 0 || r.Conn == firmware.ConnNone && want == firmware.OutcomeOK {
		t.Errorf("the steps do not add up: %+v", r)
	}
}

// TestUploadSurvives is what can become of an upload, which step it is told of, and that it is deleted all the same.
func TestUploadSurvives(t *testing.T) {
	const ok, wrong = firmware.OutcomeOK, firmware.OutcomeBodyMismatch
	for _, tc := range []struct {
		fault   string
		want    firmware.Outcome
		step    string
		deleted int
	}{
		{"", ok, "", 1},
		{"loses the third part", wrong, "verify", 1},
		{"stores other bytes", wrong, "verify", 1},
		{"forgets the offset", firmware.OutcomeHTTPHeader, "where", 1},
		{"tells no offset", firmware.OutcomeHTTPHeader, "where", 1},
		{"tells an offset beyond the end", firmware.OutcomeHTTPRedirect, "resume", 1},
		{"refuses to resume", firmware.OutcomeHTTPStatus, "resume", 1},
		{"refuses a body early", firmware.OutcomeHTTPStatus, "first", 1},
		{"cannot delete", ok, "", 1},
		{"tells no place", firmware.OutcomeHTTPHeader, "create", 0},
		{"tells a long place", firmware.OutcomeHTTPHeader, "create", 0},
		{"tells a place elsewhere", firmware.OutcomeHTTPHeader, "create", 0},
		{"tells a place that is none", firmware.OutcomeHTTPHeader, "create", 0},
		{"fails to create", firmware.OutcomeHTTPStatus, "create", 0},
		{"stalls in create", firmware.OutcomeTimeout, "create", 0},
		{"stalls in first", firmware.OutcomeTimeout, "first", 1},
		{"stalls in where", firmware.OutcomeTimeout, "where", 1},
		{"stalls in resume", firmware.OutcomeTimeout, "resume", 1},
		{"stalls in third", firmware.OutcomeTimeout, "third", 1},
		{"stalls in verify", firmware.OutcomeStalled, "verify", 1},
		{"stalls in delete", ok, "", 1},
	} {
		t.Run(tc.fault, func(t *testing.T) {
			t.Parallel()
			timeout := long
			if strings.HasPrefix(tc.fault, "stalls") {
				timeout = 4 * short
			}
			var files *probetest.Files
			var r firmware.Result
			for range 3 { // a run in which this machine overslept a step's end is one of another upload
				files = probetest.NewFiles(tc.fault)
				srv := httptest.NewServer(files)
				t.Cleanup(srv.Close)
				t.Cleanup(files.End)
				r = do(t, prober(t, transactionCheck(uploadInParts(srv.URL), timeout), loopback(), probe.Defaults()), timeout)
				if r.Outcome != firmware.OutcomeLocalFault {
					break
				}
			}
			holdTo(t, r, tc.want, tc.step)
			if n := files.Deletes(); n != tc.deleted || (n > 0) != slices.Contains(namesOf(r.Steps), "delete") {
				t.Errorf("deleted %d times, want %d; steps %v", n, tc.deleted, namesOf(r.Steps))
			}
			if told := strings.Contains(r.Detail, "the clean-up delete failed"); told != strings.HasSuffix(tc.fault, "delete") {
				t.Errorf("of the clean-up is told %q", r.Detail)
			}
		})
	}
}
