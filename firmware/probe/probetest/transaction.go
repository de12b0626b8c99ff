package probetest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// scriptRows is what can become of a script that a customer's page is to have.
func scriptRows() []Behaviour {
	const ok, wrong = firmware.OutcomeOK, firmware.OutcomeBodyMismatch
	elsewhere := strings.Replace(Markup, "/recorder", "//evil.example/recorder", 1)
	return over(firmware.ConnPlain,
		row("script-on-the-page", "a page, and the script that its tag names", site(Markup, Recorder), ok).status(200),
		row("script-missing", "a page without the tag", site("<p>hello</p>", Recorder), wrong).saying("step page: "),
		row("script-in-a-comment", "a page whose tag is in a comment", site("<!-- "+Markup+" -->", Recorder), wrong).saying("step page: "),
		row("script-of-another-host", "a page whose tag leads to a host that is not allowed", site(elsewhere, Recorder), wrong).saying("step page: "),
		row("script-gone", "a page whose script is 404", site(Markup, ""), firmware.OutcomeHTTPStatus).status(404).saying("step script: "),
		row("script-truncated", "a page whose script is cut", site(Markup, Recorder[:15]), wrong).saying("step script: "),
		row("script-is-last-weeks", "a page whose script is last week's", site(Markup, strings.Replace(Recorder, "28", "21", 1)), wrong).saying("step script: "),
		row("script-is-an-error-page", "a page whose script is an error page under 200", site(Markup, strings.Repeat("<p>sorry</p>", 8)), wrong).saying("step script: "),
		row("script-grown", "a page whose script is larger than allowed", site(Markup, Recorder+strings.Repeat(" ", 100)), firmware.OutcomeTooLarge).saying("step script: "),
	)
}

// uploadRows is what can become of an upload that is broken off and resumed.
func uploadRows() []Behaviour {
	const ok, wrong, badStatus = firmware.OutcomeOK, firmware.OutcomeBodyMismatch, firmware.OutcomeHTTPStatus
	fault := func(what string) starter { return uploads(what, 1) }
	return over(firmware.ConnPlain,
		row("upload-survives", "takes an upload in parts, one of them twice", fault(""), ok).status(200),
		row("upload-not-begun", "fails to begin an upload", uploads("fails to create", 0), badStatus).status(500).saying("step create: "),
		row("upload-of-no-place", "begins an upload and does not say where", uploads("tells no place", 0), firmware.OutcomeHTTPHeader).saying("step create: "),
		row("upload-elsewhere", "begins an upload at a host that is not allowed", uploads("tells a place elsewhere", 0), firmware.OutcomeHTTPHeader).saying("step create: "),
		row("upload-forgets-its-offset", "does not know what it has of an upload", fault("forgets the offset"), firmware.OutcomeHTTPHeader).saying("step where: "),
		row("upload-resume-refused", "refuses to resume an upload", fault("refuses to resume"), badStatus).status(409).saying("step resume: "),
		row("upload-loses-third-part", "takes the third part of an upload and loses it", fault("loses the third part"), wrong).saying("step verify: "),
		row("upload-stores-other-bytes", "stores an upload of the right size with a wrong byte", fault("stores other bytes"), wrong).saying("step verify: "),
		row("upload-stalls-in-third-part", "says nothing to the third part", fault("stalls in third").within(2*time.Second), firmware.OutcomeTimeout).saying("step third: "),
		row("upload-stays", "does not delete an upload", fault("cannot delete"), ok).status(200).saying("the clean-up delete failed: http_status 500"),
	)
}

// site is a server with a page and a script; a script of nothing is 404.
func site(page, script string) starter {
	return func(s Stage) Setup {
		return journey(s, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/":
				fmt.Fprint(w, page)
			case script == "":
				http.NotFound(w, r)
			default:
				fmt.Fprint(w, script)
			}
		}), PageAndScript)
	}
}

// uploads is [Files] with a fault; its upload must end up deleted as often as told.
func uploads(fault string, deleted int) starter {
	return func(s Stage) Setup {
		files := NewFiles(fault)
		up := journey(s, files, UploadInParts)
		s.Cleanup(files.End)
		up.After = func(firmware.Result) error {
			if n := files.Deletes(); n != deleted {
				return fmt.Errorf("the upload was deleted %d times, want %d", n, deleted)
			}
			return nil
		}
		return up
	}
}

func journey(s Stage, h http.Handler, steps func(string) *firmware.TransactionCheck) Setup {
	srv := httptest.NewServer(h)
	s.Cleanup(srv.Close)
	return Setup{Check: firmware.Check{Kind: "transaction", Transaction: steps(srv.URL)}}
}
