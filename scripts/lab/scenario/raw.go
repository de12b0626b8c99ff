package scenario

// This file is the shape of the YAML file, and its comments are what `lab schema` tells editors. The tag oneof lists
// the only values of a key, and like is an example of a required one.

// rawScenario is a whole file.
type rawScenario struct {
	here `yaml:"-"`
	// What happens, in a few words.
	Title text `yaml:"title" jsonschema:"required" like:"An expired certificate"`
	// What is at fault; the folder of the scenario is named so too.
	About text `yaml:"about" jsonschema:"required" like:"provider" oneof:"nothing provider edge one-region network-path own-link dns certificates broker device clock storage several"`
	// One sentence: why the right answer is the right one.
	Why text `yaml:"why" jsonschema:"required" like:"The certificate is the service's own fault, and every customer sees it."`
	// What chance is drawn from; 1 by default. The same seed repeats a run as far as the machine lets it.
	Seed number `yaml:"seed"`
	// How long the world is watched from the start, which is when every device has said up of every service.
	Lasts span `yaml:"lasts" jsonschema:"required" like:"40s"`
	// What stands there, where it isn't the lab's usual world.
	World rawWorld `yaml:"world"`
	// What was really so. Where it is empty, nothing was wrong with any service, and no outage may be confirmed.
	Truth []rawTruth `yaml:"truth"`
	// What is done to the world.
	Faults []rawFault `yaml:"faults"`
	// What must be seen.
	Expect []rawSight `yaml:"expect" jsonschema:"required" like:"[{see: decision, of: shop, is: confirmed, within: 5s}]"`
	// What must not be seen.
	Never []rawSight `yaml:"never"`
	// Why the product does not give the right answer yet. The scenario may then fail; when it passes, that is reported.
	NotYet text `yaml:"not_yet"`
}

// rawWorld is what differs from the lab's usual world.
type rawWorld struct {
	here `yaml:"-"`
	// The devices that run: newyork and boston in us, berlin and madrid in eu; newyork and berlin by default.
	Devices words `yaml:"devices"`
	// The interval of every check on an unmetered uplink; 1s by default.
	Every span `yaml:"every"`
	// The least interval of every check on a metered uplink; 10s by default.
	Metered span `yaml:"metered"`
	// Which broker carries the feed; mosquitto by default.
	Broker text `yaml:"broker" oneof:"mosquitto nats"`
	// Per device, or under all, what is laid over its config file: groups are merged, everything else is replaced.
	Config overlays `yaml:"config"`
	// Whether the start waits until everything is up; true by default. With false the start is when the devices have been started.
	Settle yesNo `yaml:"settle"`
}

// rawTruth is one thing that was wrong with a service.
type rawTruth struct {
	here `yaml:"-"`
	// The service.
	Service text `yaml:"service" jsonschema:"required" like:"shop"`
	// What customers noticed.
	Impact text `yaml:"impact" jsonschema:"required" like:"down" oneof:"down masked degraded"`
	// Whose customers; those of all regions by default.
	Regions words `yaml:"regions"`
	// The sites that it was wrong for, where customers at others did not notice: that is never an outage to confirm.
	Only words `yaml:"only"`
	// Since when, as a moment: 10s, a fault's name, NAME+2s, NAME.end, start or end - 1s.
	From moment `yaml:"from" jsonschema:"required" like:"cut"`
	// Until when, as a moment; to the end by default.
	Until moment `yaml:"until"`
}

// rawFault is one deed.
type rawFault struct {
	here `yaml:"-"`
	// What other moments call it; its verb by default.
	Name text `yaml:"name"`
	// When, from the start; or boot: before the devices are started.
	At text `yaml:"at" jsonschema:"required" like:"5s"`
	// What is done: one of the verbs that `lab faults` lists.
	Do text `yaml:"do" jsonschema:"required" like:"account-revoked"`
	// The verb's parameters.
	With params `yaml:"with"`
	// After how long it is undone; at the end by default.
	For span `yaml:"for"`
	// It is done again each time this has passed.
	Every span `yaml:"every"`
	// How often it is done in all; needed with every.
	Times number `yaml:"times"`
}

// rawSight is something to be seen, or not to be.
type rawSight struct {
	here `yaml:"-"`
	// What kind of thing is seen.
	See text `yaml:"see" jsonschema:"required" like:"decision" oneof:"vote decision lamp buzzer uplink event incident topic status result"`
	// Of what: SERVICE/UPLINK for a vote, SERVICE for a decision or incident, the lamp, the uplink, the event's subject, the topic below the device, SERVICE/CHECK/UPLINK for a result. A * stands for anything.
	Of text `yaml:"of"`
	// What it says: one of these. A * stands for anything.
	Is words `yaml:"is"`
	// What it says besides, by name, like {impact: down, targets: [eu, us]}. A list must be the very same list, in any order.
	With params `yaml:"with"`
	// The devices that must see it, each of them, or any: one will do. All by default; in never it means any.
	Who words `yaml:"who"`
	// From which moment: 10s, a fault's name, NAME+2s, NAME.end, start or end - 1s; the start by default.
	After moment `yaml:"after"`
	// For so long after that. A state that was there before counts too.
	Within span `yaml:"within"`
	// Or until this moment; the end by default.
	Until moment `yaml:"until"`
	// It must last so long, and may go on beyond the window.
	Holds span `yaml:"holds"`
	// It must come exactly so often in the window; at least once by default.
	Times number `yaml:"times"`
}
