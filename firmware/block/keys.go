package block

import "edgeprobe.io/firmware"

// key is what is measured over which uplink: what one result foretells about the next.
type key struct {
	check  firmware.CheckRef
	uplink string
}

// keyed is the order of a block's results: which key each has, and which earlier result it resembles.
type keyed struct {
	keys []key // by first appearance
	of   []int // result -> key
	prev []int // result -> the one before it with its key, -1: none
	like []int // result -> prev, else the last of its uplink, else the one before it, -1: none
}

func keysOf(results []Numbered) keyed {
	var k keyed
	index := make(map[key]int)
	k.of = make([]int, len(results))
	for i := range results {
		r := &results[i].Result
		this := key{r.Check, r.Uplink}
		n, known := index[this]
		if !known {
			n = len(k.keys)
			index[this] = n
			k.keys = append(k.keys, this)
		}
		k.of[i] = n
	}
	k.relate()
	return k
}

// relate fills prev and like from keys and of.
func (k *keyed) relate() {
	k.prev, k.like = make([]int, len(k.of)), make([]int, len(k.of))
	last := filled(len(k.keys), -1)
	uplink := make(map[string]int)
	for i, n := range k.of {
		over := k.keys[n].uplink
		near, known := uplink[over]
		if !known {
			near = i - 1
		}
		k.prev[i], k.like[i] = last[n], last[n]
		if last[n] < 0 {
			k.like[i] = near
		}
		last[n], uplink[over] = i, i
	}
}

// follow foretells the order of keys: after a key comes the one that came after it before, or a new one.
type follow struct {
	next  []int
	last  int
	fresh int // the next new key
}

func newFollow(keys int) *follow { return &follow{next: filled(keys, -1), last: -1} }

func (f *follow) guess() int {
	if f.last >= 0 && f.next[f.last] >= 0 {
		return f.next[f.last]
	}
	return f.fresh
}

func (f *follow) saw(k int) {
	if f.last >= 0 {
		f.next[f.last] = k
	}
	f.last, f.fresh = k, max(f.fresh, k+1)
}

func filled(n, v int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// append writes the names, the keys made of them, and the order of keys.
func (k *keyed) append(dst []byte) []byte {
	var names dictionary[string]
	var parts [3][]int64
	for _, this := range k.keys {
		for p, name := range this.names() {
			parts[p] = append(parts[p], int64(names.index(name)))
		}
	}
	dst = names.append(dst, appendText[string])
	dst = appendLength(dst, len(k.keys))
	for _, p := range parts {
		dst = AppendNumbers(dst, differences(p))
	}
	order := make([]int64, len(k.of))
	f := newFollow(len(k.keys))
	for i, n := range k.of {
		if n != f.guess() {
			order[i] = int64(n) + 1
		}
		f.saw(n)
	}
	return AppendNumbers(dst, order)
}

func (k key) names() [3]string { return [3]string{k.check.Service, k.check.Name, k.uplink} }

// takeKeys reads what append wrote, for n results.
func takeKeys(data []byte, n int) (k keyed, rest []byte, err error) {
	names, data, err := takeDictionary(data, 3*n, func(data []byte) (string, []byte, error) {
		text, rest, err := takeText(data, MaxName)
		return string(text), rest, err
	})
	if err != nil {
		return k, nil, err
	}
	if data, err = k.takeTable(data, names, n); err != nil {
		return k, nil, err
	}
	order := make([]int64, n)
	if data, err = TakeNumbers(data, order); err != nil {
		return k, nil, err
	}
	k.of = make([]int, n)
	f := newFollow(len(k.keys))
	for i, o := range order {
		at := f.guess()
		if o != 0 {
			at = int(o - 1)
		}
		if o < 0 || at >= len(k.keys) {
			return k, nil, errIndex
		}
		k.of[i] = at
		f.saw(at)
	}
	k.relate()
	return k, data, nil
}

func (k *keyed) takeTable(data []byte, names []string, n int) (rest []byte, err error) {
	count, data, err := takeLength(data, n)
	if err != nil {
		return nil, err
	}
	var parts [3][]int64
	for p := range parts {
		parts[p] = make([]int64, count)
		if data, err = TakeNumbers(data, parts[p]); err != nil {
			return nil, err
		}
		if !sums(parts[p], len(names)) {
			return nil, errIndex
		}
	}
	k.keys = make([]key, count)
	for i := range k.keys {
		ref := firmware.CheckRef{Service: names[parts[0][i]], Name: names[parts[1][i]]}
		k.keys[i] = key{ref, names[parts[2][i]]}
	}
	return data, nil
}
