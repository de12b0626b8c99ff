package config

import (
	"crypto/x509"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"edgeprobe.io/firmware/feed"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/verdict"
)

// tune lays the file's numbers over each package's defaults.
func (b *builder) tune(raw *rawFile) {
	r, v, q := &raw.Rule, verdict.Defaults(), quorum.Defaults()
	b.cfg.Fold.Verdict = verdict.Settings{
		BadRuns: r.BadRuns.or(v.BadRuns), BadSpan: r.BadSpan.or(v.BadSpan), GoodRuns: r.GoodRuns.or(v.GoodRuns),
		ValidFactor: r.ValidFactor.or(v.ValidFactor), ControlShare: float64(r.ControlShare.or(share(v.ControlShare))),
		DNSAfter: r.DNSAfter.or(v.DNSAfter), FlapHard: v.FlapHard, FlapSoft: v.FlapSoft,
	}
	b.cfg.Fold.Quorum = quorum.Settings{
		Devices: r.Devices.or(q.Devices), Sites: r.Sites.or(q.Sites), Networks: r.Networks.or(q.Networks),
		Share: float64(r.Share.or(share(q.Share))), PartialAfter: r.PartialAfter.or(q.PartialAfter),
	}
	s, sd := &raw.Schedule, schedule.Defaults()
	b.cfg.Schedule = schedule.Settings{
		Recheck: s.Recheck.or(sd.Recheck), Incident: s.Incident.or(sd.Incident),
		Metered: s.Metered.or(sd.Metered), Slot: s.Slot.or(sd.Slot), Control: sd.Control,
	}
	st := store.Defaults()
	b.cfg.Store = store.Settings{
		Dir: b.path(raw.Store.Dir.or(st.Dir)), MaxBytes: int64(raw.Store.MaxSize.or(size(st.MaxBytes))),
		Commit: raw.Store.Commit.or(st.Commit),
	}
	if raw.Store.Dir.OK && raw.Store.Dir.V == "" {
		b.add(raw.Store.Dir.at, kindNoValue, "")
	}
	b.cfg.Statuspage = statuspage.Settings{Listen: b.listen(raw.Statuspage.Listen)}
}

// listen reads where the page listens.
func (b *builder) listen(v val[string]) string {
	if !v.OK || v.V == "" {
		return v.or(statuspage.Defaults().Listen)
	}
	_, port, err := net.SplitHostPort(v.V)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n > 65535 {
		b.add(v.at, kindListen, "", v.V)
	}
	return v.V
}

// probe reads what all probers share.
func (b *builder) probe(raw *rawFile) {
	b.cfg.Probe = probe.Defaults()
	b.cfg.Probe.Resume = raw.Probe.Resume.or(b.cfg.Probe.Resume)
	if !raw.Trust.OK {
		return
	}
	text, ok := b.file(raw.Trust)
	if !ok {
		return
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM([]byte(text)) {
		b.add(raw.Trust.at, kindPEM, "", raw.Trust.V)
	}
	b.cfg.Probe.Roots = roots
}

// file returns the text of a file named with or without file: before it.
func (b *builder) file(v val[string]) (string, bool) {
	return b.resolve("file:"+strings.TrimPrefix(v.V, "file:"), v.at)
}

// feed reads the brokers.
func (b *builder) feed(raw *rawFeed) {
	b.cfg.Feed = feed.Settings{KeepAlive: raw.KeepAlive.or(feed.Defaults().KeepAlive)}
	names := taken{}
	for _, rb := range raw.Brokers {
		b.claimName(names, rb.Name)
		broker := feed.Broker{Name: string(rb.Name.V), Username: rb.Username.V, URL: b.brokerURL(rb.URL)}
		broker.Password, _ = b.secret(rb.Password)
		if rb.CA.OK {
			broker.CAFile = b.caFile(rb)
		}
		b.cfg.Feed.Brokers = append(b.cfg.Feed.Brokers, broker)
	}
}

// brokerURL reads a broker's URL and completes its port: 1883, or 8883 for TLS (IANA).
func (b *builder) brokerURL(v val[string]) string {
	u, err := url.Parse(v.V)
	switch {
	case !v.OK:
		return ""
	case err == nil && u.User != nil:
		b.add(v.at, kindUserinfo, "give username and password as keys of the broker")
		return ""
	case err != nil || u.Scheme != "mqtt" && u.Scheme != "mqtts" || !goodHost(u) || !goodPort(u) ||
		strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "":
		b.add(v.at, kindBroker, "", userinfo.ReplaceAllString(v.V, "//...@"))
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"mqtt": "1883", "mqtts": "8883"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port)
}

// caFile checks the roots that a broker's certificate is verified by, and returns their path.
func (b *builder) caFile(raw rawBroker) string {
	if strings.HasPrefix(raw.URL.V, "mqtt:") {
		b.add(raw.CA.at, kindMisplaced, "", "a broker without TLS")
		return ""
	}
	text, ok := b.file(raw.CA)
	if ok && !x509.NewCertPool().AppendCertsFromPEM([]byte(text)) {
		b.add(raw.CA.at, kindPEM, "", raw.CA.V)
	}
	return b.path(strings.TrimPrefix(raw.CA.V, "file:"))
}

// panel reads the lamps; a region must be one that can ever be decided on.
func (b *builder) panel(raw *rawFile, fleet fleetList) {
	b.cfg.Board = raw.Panel.Board.or("sim")
	if raw.Panel.Record.OK {
		b.cfg.Record = b.path(raw.Panel.Record.V)
		if raw.Panel.Record.V == "" {
			b.add(raw.Panel.Record.at, kindNoValue, "")
		}
	}
	b.cfg.Panel = panel.Settings{Lease: raw.Panel.Lease.or(panel.Defaults().Lease)}
	var known []string
	for _, d := range fleet.devices {
		known = append(known, d.Region)
	}
	for _, c := range b.cfg.Checks {
		if c.Region != "" {
			known = append(known, c.Region)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	regions := taken{}
	for _, r := range raw.Panel.Regions {
		b.claimName(regions, r)
		if r.OK && fleet.whole && !slices.Contains(known, string(r.V)) {
			b.add(r.at, kindUnknown, oneOf(string(r.V), known), string(r.V), "region of the fleet or of a check")
		}
		b.cfg.Panel.Regions = append(b.cfg.Panel.Regions, string(r.V))
	}
}
