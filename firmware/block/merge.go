package block

import "fmt"

// Merge packs the results of blocks, given in ascending order of their numbers, into fewer blocks of at most
// most results each (1 to [MaxResults]). A backlog goes out in blocks larger than those it was stored in.
func Merge(most int, blocks ...[]byte) ([][]byte, error) {
	if most < 1 || most > MaxResults {
		return nil, fmt.Errorf("merge blocks by %d: %w", most, errCount)
	}
	var all []Numbered
	for _, data := range blocks {
		results, err := Decode(data)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	var merged [][]byte
	for len(all) > 0 {
		n := min(most, len(all))
		data, err := Encode(nil, all[:n])
		if err != nil {
			return nil, err
		}
		merged, all = append(merged, data), all[n:]
	}
	return merged, nil
}
