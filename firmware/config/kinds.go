package config

// kind is one of the things that can be wrong. Each has a file in testdata/bad.
type kind int

const (
	kindUnreadable kind = iota
	kindTooLarge
	kindEncoding
	kindEmpty
	kindDocuments
	kindSyntax
	kindTab
	kindExpansion
	kindMany
	kindUnknownKey
	kindTwice
	kindMissing
	kindNoValue
	kindType
	kindTag
	kindDuration
	kindSize
	kindShare
	kindRange
	kindEntries
	kindOneOf
	kindName
	kindDuplicate
	kindUnknown
	kindLacksUplink
	kindIP
	kindIPPort
	kindFamily
	kindAllowance
	kindInterface
	kindURL
	kindUserinfo
	kindScheme
	kindMethod
	kindHeader
	kindHeaderValue
	kindHost
	kindRegexp
	kindJSONPath
	kindSizes
	kindDigest
	kindCapture
	kindUncaptured
	kindCapturedHost
	kindSource
	kindVersion
	kindDomain
	kindAnswer
	kindRecordType
	kindMisplaced
	kindTarget
	kindProtocol
	kindCount
	kindEvidence
	kindPinned
	kindTimeout
	kindLatency
	kindTotal
	kindSecret
	kindReference
	kindBadReference
	kindKey
	kindKeyOpen
	kindKeyless
	kindKeyMismatch
	kindPublicKey
	kindSharedKey
	kindPEM
	kindBroker
	kindListen
	kinds // their number
)

// sentence is what is said of a kind: what takes the values found there; mend is said unless the finder knows a
// better one, and "" where it always does.
type sentence struct{ what, mend string }

var sentences = [kinds]sentence{
	kindUnreadable:   {"cannot be read (%v)", "check the path and its permissions"},
	kindTooLarge:     {"is larger than 1 MiB", "keep only edgeprobe's configuration in it"},
	kindEncoding:     {"holds a byte that is not UTF-8", "save the file as UTF-8"},
	kindEmpty:        {"holds nothing", "begin with the output of edgeprobe config init"},
	kindDocuments:    {"has a second document", "keep one document per file and remove this one"},
	kindSyntax:       {"is not YAML: %s", "mend the indentation, quotes or brackets there"},
	kindTab:          {"is indented by a tab, which YAML does not take", "indent it by spaces"},
	kindExpansion:    {"grows beyond 100000 values through its aliases", "write the values out or use fewer aliases"},
	kindMany:         {"has %d more problems", "mend these first"},
	kindUnknownKey:   {"is not a known key", "remove it"},
	kindTwice:        {"is already given in line %d", "remove one of the two"},
	kindMissing:      {"is missing", ""},
	kindNoValue:      {"has no value", "give it one or remove the line"},
	kindType:         {"is %s where %s belongs", ""},
	kindTag:          {"carries a tag of its own", "remove the tag"},
	kindDuration:     {"%q is not a duration", "write it like 10s, 1m30s or 1d"},
	kindSize:         {"%q is not a size", "write it like 200MB, 256MiB or a number of bytes"},
	kindShare:        {"%q is not a share", "write it like 66% or 0.66"},
	kindRange:        {"%s is out of range", ""},
	kindEntries:      {"has %d entries", ""},
	kindOneOf:        {"%q is not known here", ""},
	kindName:         {"%q is not a name", "use 1 to 63 of a-z, 0-9 and inner dashes"},
	kindDuplicate:    {"%q is taken by %s", "choose another one"},
	kindUnknown:      {"%q is no %s", ""},
	kindLacksUplink:  {"lacks %q, which the fleet states for this device", "add an entry of that name"},
	kindIP:           {"%q is not an IP address", "write it like 192.0.2.10 or 2001:db8::10"},
	kindIPPort:       {"%q is not an IP address with or without a port", "write it like 192.0.2.53 or [2001:db8::53]:53"},
	kindFamily:       {"%q is of another IP version than the source %s", "give a resolver that this source can reach"},
	kindAllowance:    {"is too little for a run of every check a day", "raise it, or leave checks out"},
	kindInterface:    {"%q cannot be an interface", "use the name that ip link shows, of 1 to 15 characters"},
	kindURL:          {"%q is not an absolute http or https URL", "write it like https://host/path"},
	kindUserinfo:     {"holds a user or password", "send it as a header, by reference: headers: {Authorization: \"file:NAME\"}"},
	kindScheme:       {"is not an %s URL", "change its scheme"},
	kindMethod:       {"%q is not an HTTP method", "write it like GET"},
	kindHeader:       {"%q cannot be set as a header", "use a name of letters, digits and dashes that edgeprobe does not set itself"},
	kindHeaderValue:  {"holds a line end or control character", "write the value as one line"},
	kindHost:         {"is not a host", "write it like www.example.com"},
	kindRegexp:       {"%q is not a regular expression (%s)", "use RE2 syntax, and a backslash before a character that stands for itself"},
	kindJSONPath:     {"%q is not a path into JSON", "write it like $.status or $.items[0].id"},
	kindSizes:        {"%d bytes are more than the %d that are accepted", "lower it or raise max_bytes"},
	kindDigest:       {"%q is not a SHA-256", "write its 64 hexadecimal digits, as sha256sum prints them"},
	kindCapture:      {"%q does not name a captured value", "write it like ${file}, its name of a-z, 0-9 and inner dashes"},
	kindUncaptured:   {"%s is captured by no step before this one", ""},
	kindCapturedHost: {"%q has a captured value in its host", "write the host out, or let the value be the whole URL, like ${file}"},
	kindSource:       {"names %d places to capture from", "give it one of header, json, script and url, or a match in the body"},
	kindVersion:      {"%q is asked for, but the address is %s", "give an address of that IP version or leave family out"},
	kindDomain:       {"%q is not a domain name", "write it like api.example.com"},
	kindAnswer:       {"%q is never an answer of type %s", "write an address of that IP version"},
	kindRecordType:   {"%q is not a record type", ""},
	kindTarget:       {"%q is not %s", ""},
	kindProtocol:     {"%q is not the name of a protocol", "write it like h2 or http/1.1"},
	kindCount:        {"pinging %d times takes %s, longer than the timeout of %s", "send fewer or lengthen the timeout"},
	kindEvidence:     {"%q is more than a ping can decide", ""},
	kindMisplaced:    {"has no meaning for %s", "remove it"},
	kindPinned:       {"%q is pinned, but no address is given", "add the address of that region's edge, like address: 203.0.113.7"},
	kindTimeout:      {"%s is not shorter than the interval of %s", "shorten the timeout or lengthen the interval"},
	kindLatency:      {"%s is never reached with a timeout of %s", "choose a bound below the timeout"},
	kindTotal:        {"have %d checks together", "keep at most 256 on one device"},
	kindSecret:       {"is a secret written out", "put it into a file and write file:NAME, or env:NAME"},
	kindReference:    {"%s cannot be read (%v)", "make that file readable or mend its path"},
	kindBadReference: {"%s %s", "mend the reference or what it names"},
	kindKey:          {"%s is not a device key", "make one with edgeprobe fleet add"},
	kindKeyOpen:      {"%s is open to others than its owner", "run chmod 600 on it"},
	kindKeyless:      {"is missing, but a fleet of %d devices signs its votes", "make keys with edgeprobe fleet add"},
	kindKeyMismatch:  {"%s is not the key that the fleet states for %s", "use the key file made for this device"},
	kindPublicKey:    {"%q is not a public key", "copy the one that edgeprobe fleet add wrote: ed25519: and 44 characters"},
	kindSharedKey:    {"is also the key of %s", "give every device its own key with edgeprobe fleet add"},
	kindPEM:          {"%s holds no PEM certificate", "name a file with BEGIN CERTIFICATE blocks"},
	kindBroker:       {"%q is not a broker's URL", "write it like mqtt://host:1883 or mqtts://host:8883"},
	kindListen:       {"%q is not an address to listen on", "write it like 127.0.0.1:9402, or \"\" for no page"},
}
