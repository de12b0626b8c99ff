package firmware

// TLSCheck is what a tls check connects to and expects: a chain to a trusted root, the host's name, and more.
type TLSCheck struct {
	Target     string   // "host:port"; the host is the name that the certificate must have
	Address    string   // "ip" or "ip:port" dialled instead of resolving the host; "" resolves
	MinVersion string   // the least that must be agreed on: "1.2" or "1.3"; "" means "1.2"
	ALPN       []string // protocols offered, of which one must be agreed on (RFC 7301); empty offers none
	Days       int      // the chain must last so many days more, else [OutcomeTLSExpiring]; 0 has no bound
}

// TCPCheck is what a tcp check connects to, says and expects to hear.
type TCPCheck struct {
	Target   string // "host:port"
	Address  string // "ip" or "ip:port" dialled instead of resolving the host; "" resolves
	Send     string // sent as is once connected; may hold secrets; "" sends nothing
	Expect   string // regular expression (RE2) that must match in what is heard; "" does not listen
	MaxBytes int64  // heard at most, then [OutcomeTooLarge]; 0 means 64 KiB
}

// ICMPCheck is whom an icmp check pings. Its results are evidence only.
type ICMPCheck struct {
	Host  string // name or address
	Count int    // echo requests, 200 ms apart; 0 means 5
}

// PortalCheck is what tells whether a captive portal stands before an uplink.
type PortalCheck struct {
	URL string // plain http; answers 204 and nothing else where there is no portal
	API string // https URL of the network's Captive Portal API (RFC 8908); "" asks the one that the network names
}
