package house

import "fmt"

// Breach is one place where a rule does not hold.
type Breach struct {
	Rule  string // the rule's name: "arrows", "purity", ...
	Where string // "file:line", file or folder, relative to the root
	What  string // one sentence, with the mend where it isn't plain
}

// String returns "where: what (rule)".
func (b Breach) String() string { return fmt.Sprintf("%s: %s (%s)", b.Where, b.What, b.Rule) }

// Inspect holds the module in the folder root to every rule and returns all breaches. Its error means that the source
// could not be read.
func Inspect(root string) ([]Breach, error) {
	t, err := load(root)
	if err != nil {
		return nil, err
	}
	out, err := checkTop(root)
	if err != nil {
		return nil, err
	}
	for _, rule := range []func(*tree) []Breach{
		checkArrows, checkConfig, checkForeign, checkPurity, checkComments, checkGoroutines, checkInit, checkSleeps, checkGlobals,
	} {
		out = append(out, rule(t)...)
	}
	return out, nil
}
