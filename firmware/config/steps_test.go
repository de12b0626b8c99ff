package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestStepsFile holds the values of the file with the two journeys.
func TestStepsFile(t *testing.T) {
	inDir(t, "testdata/good")
	c, err := Load("steps.yaml")
	if err != nil {
		t.Fatal(err)
	}
	patch := func(name, offset string, send firmware.Content) firmware.StepCheck {
		return firmware.StepCheck{
			Name: name, Send: send,
			HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "PATCH", Headers: map[string]string{"Upload-Offset": offset}},
		}
	}
	lost := patch("lost", "1048576", firmware.Content{Name: "clip", From: 1 << 20, To: 2 << 20})
	lost.BreakAfter = 300_000
	secret := map[string]string{"Authorization": "s3cret-token"}
	want := []*firmware.TransactionCheck{{
		Steps: []firmware.StepCheck{
			{
				Name: "page", HTTPCheck: firmware.HTTPCheck{URL: "https://customer.example.com/", Redirects: 2},
				Captures: []firmware.Capture{{Name: "script", Script: `/recorder\.js`}},
			},
			{Name: "script", HTTPCheck: firmware.HTTPCheck{
				URL: "${script}", MinBytes: 20_000, MaxBytes: 200_000, ExpectBody: "recorder",
				Digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			}},
		},
		Hosts: []string{"cdn.example.net", "cdn.example.net:8443"},
	}, {
		Steps: []firmware.StepCheck{
			{
				Name: "create", HTTPCheck: firmware.HTTPCheck{
					URL: "https://up.example.com/files", Method: "POST", Status: []int{201},
					Headers: map[string]string{"Authorization": "s3cret-token", "Upload-Length": "3145728"},
				},
				Captures: []firmware.Capture{{Name: "file", Header: "Location"}, {Name: "id", JSON: "$.id", Match: "^[0-9]+$"}},
			},
			patch("first", "0", firmware.Content{Name: "clip", To: 1 << 20}),
			lost,
			{
				Name: "where", Pause: 500 * time.Millisecond,
				HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "HEAD", ExpectHead: map[string]string{"Upload-Offset": "^1[0-9]{6}$"}},
				Captures:  []firmware.Capture{{Name: "offset", Header: "Upload-Offset"}},
			},
			patch("resume", "${offset}", firmware.Content{Name: "clip", FromName: "offset", To: 3 << 20}),
			{Name: "verify", HTTPCheck: firmware.HTTPCheck{
				URL: "https://up.example.com/files/${id}/raw?part=${offset}", MinBytes: 3 << 20, MaxBytes: 3 << 20,
				Digest: probe.ContentDigest("clip", 3<<20),
			}},
		},
		Cleanup: []firmware.StepCheck{{Name: "delete", HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "DELETE", Headers: secret}}},
	}}
	for i, check := range c.Checks {
		if diff := cmp.Diff(want[i], check.Transaction); diff != "" {
			t.Errorf("check %d (-want +got):\n%s", i, diff)
		}
	}
	if page, upload := c.Checks[0], c.Checks[1]; page.Interval != time.Minute || page.Timeout != 30*time.Second ||
		upload.Interval != 5*time.Minute || upload.Timeout != 30*time.Second || upload.MaxLatency != 20*time.Second {
		t.Errorf("%+v and %+v", page, upload)
	}
}
