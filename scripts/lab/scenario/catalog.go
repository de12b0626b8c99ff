package scenario

// Catalog is what the lab's world has and can do. What a list of it leaves empty is not checked.
type Catalog struct {
	Devices  []string
	Usual    []string // of them, those that run unless a scenario says otherwise; empty: all
	Sites    []string
	Regions  []string
	Services []string
	Uplinks  []string // of each device
	Verbs    []Verb
}

// Verb is something that can be done to the world.
type Verb struct {
	Name   string
	About  string // one sentence
	Params []Param
}

// Param is a parameter of a verb.
type Param struct {
	Name     string
	About    string // what it means, with its unit and its default
	Required bool
	Values   []string // the only ones; empty: any
}

func (c Catalog) verb(name string) (Verb, bool) {
	for _, v := range c.Verbs {
		if v.Name == name {
			return v, true
		}
	}
	return Verb{}, false
}

func (c Catalog) verbs() (names []string) {
	for _, v := range c.Verbs {
		names = append(names, v.Name)
	}
	return names
}

func (v Verb) param(name string) (Param, bool) {
	for _, p := range v.Params {
		if p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

func (v Verb) params() (names []string) {
	for _, p := range v.Params {
		names = append(names, p.Name)
	}
	return names
}
