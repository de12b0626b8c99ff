package config

import "time"

// This file is the shape of the YAML file, and its comments are what `config schema` tells editors. The tag
// limits bounds a value, or the number of entries of a list; each bounds the entries; oneof lists the only values;
// like is an example of a required value; kinds lists the kinds of check that a key is for, where it isn't for all.

// rawFile is a device's whole configuration.
type rawFile struct {
	here `yaml:"-"`
	// Which entry of the fleet this device is.
	Device val[ident] `yaml:"device" jsonschema:"required" like:"newyork"`
	// This device's private key, by reference: file:NAME or env:NAME. A fleet of this device alone needs none: its votes are then not signed.
	Key val[string] `yaml:"key"`
	// All devices, this one included: a list, or file:NAME of a YAML file that is such a list.
	Fleet rawFleet `yaml:"fleet" jsonschema:"required" like:"file:fleet.yaml"`
	// How this device uses the uplinks that the fleet states for it: the same names, every one.
	Uplinks []rawUplink `yaml:"uplinks" jsonschema:"required" like:"[{name: eth0, resolvers: [192.0.2.53]}]" limits:"1..8"`
	// What customers depend on.
	Services []rawService `yaml:"services"`
	// Checks of things outside the provider, which prove that an uplink sees. At least 3 in different networks are wanted.
	Controls []rawCheck `yaml:"controls" limits:"0..32"`
	// Further roots for the TLS of checks, as file:NAME of a PEM file. The system's roots stay trusted.
	Trust val[string] `yaml:"trust"`
	// How all checks measure.
	Probe rawProbe `yaml:"probe"`
	// The numbers by which a vote is earned and an outage confirmed.
	Rule rawRule `yaml:"rule"`
	// Cadences apart from each check's own interval.
	Schedule rawSchedule `yaml:"schedule"`
	// Where to publish, and to hear the peers.
	Feed rawFeed `yaml:"feed"`
	// Lamps and buzzer.
	Panel rawPanel `yaml:"panel"`
	// What is kept on this device.
	Store rawStore `yaml:"store"`
	// The local page.
	Statuspage rawStatuspage `yaml:"statuspage"`
}

// rawDevice is one appliance of the fleet.
type rawDevice struct {
	here `yaml:"-"`
	// Its id, unique in the fleet.
	ID val[ident] `yaml:"id" jsonschema:"required" like:"newyork"`
	// The office it stands in.
	Site val[ident] `yaml:"site" jsonschema:"required" like:"newyork"`
	// The office's region, like us or eu.
	Region val[ident] `yaml:"region" jsonschema:"required" like:"us"`
	// Its public key: ed25519: and 44 characters. Needed when the fleet has more than one device.
	Key val[string] `yaml:"key"`
	// Its ways out.
	Uplinks []rawUplinkFact `yaml:"uplinks" jsonschema:"required" like:"[{name: eth0, network: isp-a}]" limits:"1..8"`
}

// rawUplinkFact is what everybody may know of a device's uplink.
type rawUplinkFact struct {
	here `yaml:"-"`
	// Its name, unique on the device.
	Name val[ident] `yaml:"name" jsonschema:"required" like:"main"`
	// Whose wire it is: a label for the ISP or ASN. Uplinks of one network count once.
	Network val[ident] `yaml:"network" jsonschema:"required" like:"isp-a"`
	// Every byte costs: it is used seldom, to confirm.
	Metered val[bool] `yaml:"metered"`
	// What it shares with others: a router, a mast, a duct. Uplinks that share count once.
	SharedRisk []val[ident] `yaml:"shared_risk" limits:"0..16"`
}

// rawUplink is how this device uses one of its uplinks.
type rawUplink struct {
	here `yaml:"-"`
	// Its name in the fleet.
	Name val[ident] `yaml:"name" jsonschema:"required" like:"main"`
	// The kernel's interface to bind to; without it nothing is bound.
	Interface val[string] `yaml:"interface"`
	// The source address; without it the kernel chooses.
	Source val[string] `yaml:"source"`
	// The DNS servers asked over this uplink, in order: IP addresses, port 53 unless given. Or auto: whichever the system was given for the interface, as systemd-resolved or else NetworkManager tell by D-Bus, or else their files and /etc/resolv.conf; edgeprobe uplinks shows them, and who named them. They are always asked over this uplink, never through the system's own resolver.
	Resolvers rawResolvers `yaml:"resolvers" jsonschema:"required" like:"[192.0.2.53]"`
	// Of a metered uplink: the bytes that it may carry in a month, both directions together; 200MB by default. Its checks run as often as that bears.
	Allowance val[size] `yaml:"allowance" limits:"1MB..1TB"`
	// Of a metered uplink: the part of its allowance that is kept for incidents; 25% by default.
	Reserve val[share] `yaml:"reserve" limits:"0%..90%"`
	// What tells of a captive portal before this uplink. It is asked now and then, and at every suspicion; behind a portal the uplink is blind, and nothing that fails over it counts.
	Portal rawPortal `yaml:"portal"`
}

// rawPortal is what tells of a captive portal.
type rawPortal struct {
	here `yaml:"-"`
	// A plain http URL that answers with status 204 and nothing else, outside the provider and best your own: any redirect or page that comes instead is a portal's. There is none built in.
	Check val[string] `yaml:"check" jsonschema:"required" like:"\"http://check.example.net/204\""`
	// The https URL of the network's captive portal API (RFC 8908), asked first; without it the one that the network names by DHCP or router advertisement (RFC 8910), as systemd-networkd tells from systemd 254 on.
	API val[string] `yaml:"api"`
}

// rawService is something customers depend on.
type rawService struct {
	here `yaml:"-"`
	// Its name, unique among its kind.
	Name val[ident] `yaml:"name" jsonschema:"required" like:"main"`
	// How it is measured.
	Checks []rawCheck `yaml:"checks" jsonschema:"required" like:"[{name: home, kind: http, url: \"https://www.example.com/\"}]" limits:"1..64"`
}

// rawCheck is one measurement, of a service or as a control.
type rawCheck struct {
	here `yaml:"-"`
	// Its name, unique in its service or among the controls.
	Name val[ident] `yaml:"name" jsonschema:"required" like:"main"`
	// What it does.
	Kind val[string] `yaml:"kind" jsonschema:"required" like:"http" oneof:"http dns tls tcp icmp transaction"`
	// What its results decide: edge, as a customer gets it (default); origin, past every cache; evidence, nothing, as icmp always. Not for controls.
	Role val[string] `yaml:"role" oneof:"edge origin evidence"`
	// Of an edge check: its failure means down (true, the default) or degraded. Not for controls.
	Critical val[bool] `yaml:"critical"`
	// The region whose edge is asked wherever this device stands; an http, tls or tcp check then needs its address. Not for controls.
	Region val[ident] `yaml:"region"`
	// Of a control: it must fail, as a host with a wrong certificate does.
	Negative val[bool] `yaml:"negative"`
	// Time between the starts of two runs; 10s by default, 5m for a transaction.
	Interval val[time.Duration] `yaml:"interval" limits:"1s..1h"`
	// A run never takes longer; 5s by default, 30s for a transaction, or four fifths of a shorter interval.
	Timeout val[time.Duration] `yaml:"timeout" limits:"50ms..60s"`
	// A good answer that takes longer counts as slow.
	MaxLatency val[time.Duration] `yaml:"max_latency" limits:"1ms..60s" kinds:"http dns tls tcp transaction"`
	// http: the absolute http or https URL to ask.
	URL val[string] `yaml:"url" kinds:"http"`
	// http, tls, tcp: the IP address, with a port or without, to dial instead of resolving the host.
	Address val[string] `yaml:"address" kinds:"http tls tcp"`
	// http: only this IP version is measured; without it IPv4, and IPv6 where a name has nothing else.
	Family val[string] `yaml:"family" oneof:"ipv4 ipv6" kinds:"http"`
	// http: the version asked for and held to; http1 by default. http2 needs an https URL.
	Protocol val[string] `yaml:"protocol" oneof:"http1 http2" kinds:"http"`
	// http: how often a redirect is followed; 0, the default, takes it for the answer. Headers and body go to the same origin only.
	Redirects val[int] `yaml:"redirects" limits:"0..10" kinds:"http"`
	// http: a redirect may lead from https to http; false by default.
	Downgrade val[bool] `yaml:"downgrade" kinds:"http"`
	// http: adds a query parameter, edgeprobe, that is new in each request, so that no cache can answer. For your own hosts only: it fills their caches. Not for controls.
	Nonce val[bool] `yaml:"nonce" kinds:"http"`
	// http: may keep its connection from run to run, which is cheaper and proves less; a full one is made as often as the evidence needs it, and on every failure.
	Keep val[bool] `yaml:"keep" kinds:"http"`
	// http: GET by default.
	Method val[string] `yaml:"method" kinds:"http"`
	// http: request headers. A value may be a reference: file:NAME or env:NAME.
	Headers table `yaml:"headers" kinds:"http"`
	// http: request body, sent as is.
	Body val[string] `yaml:"body" kinds:"http"`
	// http: a regular expression whose first match in the body changes with every answer of the origin.
	Marker val[string] `yaml:"marker" kinds:"http"`
	// http: the largest body accepted; 1MiB by default. tcp: how much is listened to; 64KiB by default, and at most 1MiB.
	MaxBytes val[size] `yaml:"max_bytes" limits:"1B..64MiB" kinds:"http tcp"`
	// dns: the name to ask for.
	Query val[string] `yaml:"query" kinds:"dns"`
	// dns: the record type, like AAAA or TYPE65; A by default.
	Type val[string] `yaml:"type" kinds:"dns"`
	// dns: the IP address, with a port or without, of the server to ask instead of the uplink's resolvers.
	Server val[string] `yaml:"server" kinds:"dns"`
	// tls, tcp: host:port to connect to. icmp: the host to ping.
	Target val[string] `yaml:"target" kinds:"tls tcp icmp"`
	// tcp: what to send once connected, as is. It may be a reference: file:NAME or env:NAME.
	Send val[string] `yaml:"send" kinds:"tcp"`
	// icmp: echo requests in a run, 200ms apart; 5 by default, or as many as the timeout allows.
	Count val[int] `yaml:"count" limits:"1..100" kinds:"icmp"`
	// transaction: what is done, one request after the other, until one is not answered as expected.
	Steps []rawStep `yaml:"steps" limits:"1..16" kinds:"transaction"`
	// transaction: what is done then, whatever became of the steps; a quarter of the timeout is kept for it. A step that needs what was never captured is left out.
	Cleanup []rawStep `yaml:"cleanup" limits:"1..15" kinds:"transaction"`
	// transaction: further hosts, with a port or without, that captured URLs may lead to. Those that URLs of steps name are allowed.
	Hosts []val[string] `yaml:"hosts" limits:"1..16" kinds:"transaction"`
	// What the answer must be.
	Expect rawExpect `yaml:"expect"`
}

// rawExpect is what a check's answer must be.
type rawExpect struct {
	here `yaml:"-"`
	// http: the status codes accepted; 200 to 299 by default.
	Status []val[int] `yaml:"status" limits:"1..32" each:"200..599" kinds:"http"`
	// http: a regular expression that must match in the body; tcp: in what the server sends.
	Body val[string] `yaml:"body" kinds:"http tcp"`
	// http: per header a regular expression that must match in its value.
	Headers table `yaml:"headers" kinds:"http"`
	// http: what must not be.
	Absent rawAbsent `yaml:"absent" kinds:"http"`
	// http: values in a JSON body as text, each by its path, like {"$.status": "ok", "$.items[0].id": "7"}.
	JSON table `yaml:"json" kinds:"http"`
	// http: the smallest body accepted.
	MinBytes val[size] `yaml:"min_bytes" limits:"1B..64MiB" kinds:"http"`
	// http: the SHA-256 of the body in 64 hexadecimal digits.
	Digest val[string] `yaml:"digest" kinds:"http"`
	// dns: answers of which at least one must be present.
	Answers []val[string] `yaml:"answers" limits:"1..32" kinds:"dns"`
	// dns: the response code wanted instead of records; NODATA is a good reply without records of the type.
	RCode val[string] `yaml:"rcode" oneof:"NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI BADVERS NODATA" kinds:"dns"`
	// dns: the least time that the records may be kept.
	MinTTL val[time.Duration] `yaml:"min_ttl" limits:"1s..7d" kinds:"dns"`
	// dns: the resolver must say that DNSSEC proves the reply.
	AD val[bool] `yaml:"ad" kinds:"dns"`
	// tls: the least version that must be agreed on; tls1.2 by default.
	MinVersion val[string] `yaml:"min_version" oneof:"tls1.2 tls1.3" kinds:"tls"`
	// tls: the protocols offered, of which the server must choose one.
	ALPN []val[string] `yaml:"alpn" limits:"1..8" kinds:"tls"`
	// http, tls: the days that the certificate must last; a shorter one is as a slow answer is.
	CertificateDays val[int] `yaml:"certificate_days" limits:"1..3650" kinds:"http tls"`
}

// rawAbsent is what an answer must not be.
type rawAbsent struct {
	here `yaml:"-"`
	// A regular expression that must not match in the body, like the words of an error page that comes with status 200.
	Body val[string] `yaml:"body"`
	// Per header a regular expression that no value may match; "" forbids the header.
	Headers table `yaml:"headers"`
}

// rawRule is the numbers of the rule.
type rawRule struct {
	here `yaml:"-"`
	// Bad runs in a row that make a failure.
	BadRuns val[int] `yaml:"bad_runs" limits:"1..20"`
	// The least time between the first and the last of them.
	BadSpan val[time.Duration] `yaml:"bad_span" limits:"0s..10m"`
	// Good runs in a row that end a failure.
	GoodRuns val[int] `yaml:"good_runs" limits:"1..20"`
	// Evidence counts for so many intervals.
	ValidFactor val[float64] `yaml:"valid_factor" limits:"1.5..20"`
	// The part of an uplink's controls that must pass, never fewer than 2.
	ControlShare val[share] `yaml:"control_share" limits:"1%..100%"`
	// After an uplink was blind its resolvers may still tell what they could not look up: their dns_servfail and dns_timeout count from runs begun so long after.
	DNSAfter val[time.Duration] `yaml:"dns_after" limits:"0s..10m"`
	// Failing devices that confirm an outage,
	Devices val[int] `yaml:"devices" limits:"2..200"`
	// at so many sites,
	Sites val[int] `yaml:"sites" limits:"2..200"`
	// over so many networks,
	Networks val[int] `yaml:"networks" limits:"2..200"`
	// with this part of the votes.
	Share val[share] `yaml:"share" limits:"1%..100%"`
	// How long one vantage fails alone before it is called partial.
	PartialAfter val[time.Duration] `yaml:"partial_after" limits:"1s..1d"`
}

// rawProbe is how all checks measure.
type rawProbe struct {
	here `yaml:"-"`
	// Resume TLS sessions between the full handshakes that evidence needs, which costs half; true by default. False: every run over a fresh connection proves the certificate, for half more bytes.
	Resume val[bool] `yaml:"resume"`
}

// rawSchedule is the cadences.
type rawSchedule struct {
	here `yaml:"-"`
	// Between a bad run and its recheck.
	Recheck val[time.Duration] `yaml:"recheck" limits:"10ms..1m"`
	// The interval while a service is not up.
	Incident val[time.Duration] `yaml:"incident" limits:"100ms..1h"`
	// The least interval of every check on a metered uplink; computed from its allowance by default.
	Metered val[time.Duration] `yaml:"metered" limits:"1s..1d"`
	// Probes started together on one uplink.
	Slot val[int] `yaml:"slot" limits:"1..64"`
}

// rawFeed is where to publish.
type rawFeed struct {
	here `yaml:"-"`
	// All are used at the same time.
	Brokers []rawBroker `yaml:"brokers" limits:"0..8"`
	// MQTT keep alive.
	KeepAlive val[time.Duration] `yaml:"keep_alive" limits:"1s..1h"`
	// Time between two heartbeats; 30s by default, and at most half of the time that evidence counts.
	Heartbeat val[time.Duration] `yaml:"heartbeat" limits:"1s..60s"`
}

// rawBroker is one MQTT broker.
type rawBroker struct {
	here `yaml:"-"`
	// Its name, unique among its kind.
	Name val[ident] `yaml:"name" jsonschema:"required" like:"main"`
	// mqtt://host:port, or mqtts://host:port for TLS.
	URL val[string] `yaml:"url" jsonschema:"required" like:"\"mqtts://broker.example.net:8883\""`
	// The device's id by default.
	Username val[string] `yaml:"username"`
	// By reference: file:NAME or env:NAME.
	Password val[string] `yaml:"password"`
	// A PEM file of the roots trusted for mqtts; the system's by default.
	CA val[string] `yaml:"ca"`
}

// rawPanel is the lamps and the buzzer.
type rawPanel struct {
	here `yaml:"-"`
	// Which lines are which.
	Board val[string] `yaml:"board" oneof:"sim"`
	// One service lamp per target region, in this order; without it one lamp for all.
	Regions []val[ident] `yaml:"regions" limits:"0..16"`
	// A file, which only grows: what the lamps of the board sim show, as JSON lines. For tests; nothing is recorded without it.
	Record val[string] `yaml:"record"`
	// A lamp that is not shown again within this time goes dark.
	Lease val[time.Duration] `yaml:"lease" limits:"1s..5s"`
}

// rawStore is what is kept.
type rawStore struct {
	here `yaml:"-"`
	// The directory of the database.
	Dir val[string] `yaml:"dir"`
	// The database's size at most: the oldest results go first.
	MaxSize val[size] `yaml:"max_size" limits:"16MB..1TB"`
	// Results wait at most this long for their commit: what a power cut can cost.
	Commit val[time.Duration] `yaml:"commit" limits:"100ms..60s"`
}

// rawStatuspage is the local page.
type rawStatuspage struct {
	here `yaml:"-"`
	// host:port; "" serves no page.
	Listen val[string] `yaml:"listen"`
}
