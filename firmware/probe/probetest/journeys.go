package probetest

import (
	"fmt"

	"edgeprobe.io/firmware"
)

// What the servers of the two journeys have: a page with a script on it, and room for an upload of three parts.
const (
	Recorder = "/* recorder 2026-11-28 */ start()"
	Markup   = `<!doctype html><head><script async src="/recorder.js?v=7"></script></head>`
	Part     = 64 << 10 // bytes
)

// clipDigest is the SHA-256 of the first three parts of the content named clip, as openssl makes them:
// openssl enc -aes-256-ctr -K $(printf clip | sha256sum | cut -c-64) -iv 0.
const clipDigest = "c4ef3be44d7d7c459a47662b25d03ad6412ed175b44714ccd7843ceb4067d462"

// PageAndScript is the journey of a visitor: the page, and the script that its tag names.
func PageAndScript(site string) *firmware.TransactionCheck {
	return &firmware.TransactionCheck{Steps: []firmware.StepCheck{
		{Name: "page", HTTPCheck: firmware.HTTPCheck{URL: site + "/"}, Captures: []firmware.Capture{{Name: "script", Script: `/recorder\.js`}}},
		{Name: "script", HTTPCheck: firmware.HTTPCheck{URL: "${script}", MinBytes: 20, MaxBytes: 100, ExpectBody: `recorder 2026-11-28`}},
	}}
}

// UploadInParts is the journey of an upload that is broken off in its second part, resumed, and looked at as a whole.
func UploadInParts(site string) *firmware.TransactionCheck {
	lost, resume := patch("lost", fmt.Sprint(Part), Part, 2*Part), patch("resume", "${offset}", 0, 2*Part)
	lost.BreakAfter, lost.Status = 20_001, nil // no answer comes
	resume.Send.FromName = "offset"
	return &firmware.TransactionCheck{
		Steps: []firmware.StepCheck{
			{Name: "create", HTTPCheck: firmware.HTTPCheck{URL: site + "/files", Method: "POST", Status: []int{201}}, Captures: []firmware.Capture{{Name: "file", Header: "Location"}}},
			patch("first", "0", 0, Part),
			lost,
			{
				Name: "where", HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "HEAD", ExpectHead: map[string]string{"Upload-Offset": "^[1-9][0-9]{0,8}$"}},
				Captures: []firmware.Capture{{Name: "offset", Header: "Upload-Offset"}},
			},
			resume,
			patch("third", fmt.Sprint(2*Part), 2*Part, 3*Part),
			{Name: "verify", HTTPCheck: firmware.HTTPCheck{URL: "${file}", MinBytes: 3 * Part, MaxBytes: 3 * Part, Digest: clipDigest}},
		},
		Cleanup: []firmware.StepCheck{{Name: "delete", HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "DELETE"}}},
	}
}

// patch sends a range of the upload.
func patch(name, offset string, from, to int64) firmware.StepCheck {
	return firmware.StepCheck{
		Name: name, Send: firmware.Content{Name: "clip", From: from, To: to},
		HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "PATCH", Headers: map[string]string{"Upload-Offset": offset}, Status: []int{204}},
	}
}
