package statuspage

import (
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// clockLine is the present time, and how far to trust it.
func clockLine(v View) string {
	switch v.Clock {
	case firmware.ClockSynced, firmware.ClockCorrected:
		return v.Time.Format(time.DateTime) + " UTC"
	case firmware.ClockEstimated:
		return "about " + v.Time.Format("2006-01-02 15:04") + " UTC, clock estimated"
	}
	return "clock not set"
}

// clockSays tells why times are not to be trusted wholly, and how to mend it; "" when they are.
func clockSays(q firmware.ClockQuality) string {
	const mend = " Start an NTP service, like chrony or systemd-timesyncd."
	switch q {
	case firmware.ClockSynced, firmware.ClockCorrected:
		return ""
	case firmware.ClockEstimated:
		return "The kernel says that the clock is not synchronised: times may be off." + mend
	}
	return "The kernel says that the clock is not synchronised, and it was never set since the start: times of day are not known." + mend
}

// inWhy reports whether a decision's reason names its scope already, as the quorum writes it.
func inWhy(s Service) bool {
	return strings.Contains(s.Why, "in "+strings.Join(s.Scope.Targets, "+")+", seen from "+strings.Join(s.Scope.Observers, "+"))
}

// lead tells what the worst service means for customers, and whether somebody knows of it.
func lead(s Service) string {
	words := s.Says
	if d := span(s.Started); d != "" {
		words += " For " + d + "."
	}
	switch {
	case s.Incident == "":
		return words
	case s.AckedBy == "":
		return words + " Nobody has acknowledged it."
	}
	return words + " Acknowledged by " + s.AckedBy + "."
}

// company tells whether this fleet could confirm an outage, and whether the buzzer would be heard.
func company(v View) string {
	words := "No voter has fresh evidence."
	switch v.Witnesses {
	case firmware.WitnessesEnough:
		words = "Enough independent witnesses to confirm an outage."
	case firmware.WitnessesSingle:
		words = "This device is alone: it can suspect an outage, but not confirm one."
	}
	if v.Muted {
		words += " The buzzer is muted."
	}
	return words
}

// says tells what customers notice of a service.
func says(s Service) string {
	if s.MaskedForMS == 0 {
		return s.Says
	}
	return s.Says + " A cached copy can hide it for at least " + lasts(s.MaskedForMS) + " more."
}

// why tells what a decision stands on.
func why(s Service) string {
	if s.Why != "" {
		return s.Why
	}
	return fmt.Sprintf("%d of %d votes fail", s.Failing, s.Voters)
}

// impact is ", down"; "" where there is none.
func impact(i firmware.Impact) string {
	if i == firmware.ImpactNone {
		return ""
	}
	return ", " + i.String()
}

// sighting tells what an uplink's controls say.
func sighting(u Uplink) string {
	return held(u.Since, ", ") + fmt.Sprintf("%d of %d controls pass", u.Good, u.Controls) + because(u.Why)
}

// held is "for 12 min" and what follows; "" when nobody knows.
func held(since *Instant, then string) string {
	if d := span(since); d != "" {
		return "for " + d + then
	}
	return ""
}

// because is "; why"; "" without a reason.
func because(why string) string {
	if why == "" {
		return ""
	}
	return "; " + why
}

// heard tells when a peer was heard last.
func heard(i *Instant) string {
	if i == nil {
		return "never heard"
	}
	return "heard " + ago(i)
}

// at is "02:14:07 UTC, 12 min ago", the zone being " UTC"; only how long ago when the clock cannot say more.
func at(i *Instant, v View, zone string) string {
	if c := wallClock(i, v.Time, v.Clock); c != "" {
		return c + zone + ", " + ago(i)
	}
	return ago(i)
}

// ago is "12 min ago", or "" when nobody knows.
func ago(i *Instant) string {
	if s := span(i); s != "" {
		return s + " ago"
	}
	return ""
}

// span is "12 min", the time since i; "" when nobody knows.
func span(i *Instant) string {
	if i == nil || i.AgeMS == nil {
		return ""
	}
	return lasts(*i.AgeMS)
}

// wallClock is "02:14:07" of the present day in UTC, or with its date; "" when the clock cannot say.
func wallClock(i *Instant, now time.Time, quality firmware.ClockQuality) string {
	switch {
	case i == nil || i.At == nil || quality == firmware.ClockUnknown || quality == "":
		return ""
	case i.At.Format(time.DateOnly) == now.Format(time.DateOnly):
		return i.At.Format(time.TimeOnly)
	}
	return i.At.Format("2 Jan 15:04:05")
}

// lasts tells a number of milliseconds.
func lasts(ms int64) string { return age(time.Duration(ms) * time.Millisecond) }

// took tells a run's time in milliseconds.
func took(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
