package filter

import (
	"strings"

	"github.com/mqsniff/mqsniff/decode"
)

// codeNumbers are the numbers that a code's name stands for; nil: no such name. No name is both a request's and a
// response's; if one ever is, the request's comes first.
func codeNumbers(name string) []int {
	var numbers []int
	if c := decode.RequestCodeByName(name); c != nil {
		numbers = append(numbers, int(c.Number))
		// A binary header keeps 16 bits of it.
		if short := int32(int16(c.Number)); short != c.Number {
			if real, ok := decode.TruncatedCode(short); ok && real == c.Number {
				numbers = append(numbers, int(short))
			}
		}
		return numbers
	}
	codes := decode.ResponseCodes()
	for i := range codes {
		if codes[i].Name == name {
			numbers = append(numbers, int(codes[i].Number))
		}
	}
	return numbers
}

func knownNames() []string {
	names := fieldNames(Fields())
	requests, responses := decode.RequestCodes(), decode.ResponseCodes()
	for i := range requests {
		names = append(names, requests[i].Name)
	}
	for i := range responses {
		names = append(names, responses[i].Name)
	}
	return names
}

func fieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

// longestName bounds what is worth comparing; no name that exists is longer.
const longestName = 64

// nearest is the candidate with the fewest edits from name, "" when none is near. Case does not count, nor do the
// underscores of clientId and client_id.
func nearest(name string, candidates []string) string {
	if len(name) > longestName {
		return ""
	}
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "") }
	name = plain(name)
	best, fewest := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if d := edits(name, plain(c), fewest); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

// edits is the number of characters to insert, delete, replace or swap with a neighbour to make b of a; limit or more
// when it is not less than limit.
func edits(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][longestName + 1]int
	for j := range min(len(b), longestName) + 1 {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row := &rows[(i+2)%3], &rows[i%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= min(len(b), longestName); j++ {
			d := above[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			d = min(d, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
	}
	return rows[(len(a)+1)%3][min(len(b), longestName)]
}
