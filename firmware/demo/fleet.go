package demo

// device is one of the two appliances of the replay, with its two uplinks on loopback source addresses.
type device struct {
	ID, Region string
	Uplinks    []uplink
}

type uplink struct {
	Name, Source, Network string
	Metered               bool
}

func devices() []device {
	return []device{
		{"newyork", "us", []uplink{{"eth0", "127.0.11.1", "acme-fiber", false}, {"lte", "127.0.11.2", "us-mobile", true}}},
		{"berlin", "eu", []uplink{{"eth0", "127.0.12.1", "hansa-dsl", false}, {"lte", "127.0.12.2", "eu-mobile", true}}},
	}
}

func deviceNames() []string {
	var ids []string
	for _, d := range devices() {
		ids = append(ids, d.ID)
	}
	return ids
}
