package decode

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// facts is a table of testdata/protocol without its head; what testdata/protocol/newer has about the same operation,
// class, code or key stands in its place.
func facts(t *testing.T, name string) [][]string {
	t.Helper()
	rows := table(t, name)
	path := filepath.Join("newer", name)
	if _, err := os.Stat(filepath.Join("testdata", "protocol", path)); err != nil {
		return rows
	}
	order := func(a, b []string) int {
		x, notA := strconv.Atoi(a[0])
		if y, notB := strconv.Atoi(b[0]); notA == nil && notB == nil {
			return x - y
		}
		return strings.Compare(a[0], b[0])
	}
	isSorted := slices.IsSortedFunc(rows, order)
	newer := table(t, path)
	rows = slices.DeleteFunc(rows, func(row []string) bool {
		return slices.ContainsFunc(newer, func(n []string) bool { return n[0] == row[0] })
	})
	if rows = append(rows, newer...); isSorted {
		slices.SortStableFunc(rows, order)
	}
	return rows
}

// table reads one file of testdata/protocol without its head.
func table(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "protocol", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		rows = append(rows, strings.Split(in.Text(), "\t"))
	}
	if len(rows) < 2 {
		t.Fatalf("%s: no facts", name)
	}
	return rows[1:]
}

// compare names every row in which the table and the facts differ.
func compare(t *testing.T, name string, have [][]string) {
	t.Helper()
	want := facts(t, name)
	if len(have) != len(want) {
		t.Errorf("%s: %d entries, want %d", name, len(have), len(want))
	}
	for i := range min(len(have), len(want)) {
		if !slices.Equal(have[i], want[i]) {
			t.Errorf("%s, entry %d:\nhave %q\nwant %q", name, i+1, have[i], want[i])
		}
	}
}

func schemaName(s *Schema) string {
	if s == nil {
		return ""
	}
	return s.Name
}

func TestRequestCodesEqualFacts(t *testing.T) {
	documented := map[string]bool{}
	for _, r := range facts(t, "headers.tsv") {
		documented[r[0]] = true
	}
	want := facts(t, "requests.tsv")
	if len(want) != len(requestCodes) {
		t.Errorf("%d operations, want %d", len(requestCodes), len(want))
	}
	for i, c := range requestCodes[:min(len(requestCodes), len(want))] {
		w := want[i]
		for _, class := range []int{3, 4} {
			if !documented[w[class]] { // named by later releases, fields unknown
				w[class] = ""
			}
		}
		have := []string{
			strconv.Itoa(int(c.Number)), c.Name, c.Direction, schemaName(c.Request), schemaName(c.Response),
			c.RequestBody, c.ResponseBody, c.Since, c.Last, c.Note,
		}
		if !slices.Equal(have, w) {
			t.Errorf("operation %d:\nhave %q\nwant %q", i+1, have, w)
		}
	}
}

func TestResponseCodesEqualFacts(t *testing.T) {
	var have [][]string
	for _, s := range responseCodes {
		have = append(have, []string{strconv.Itoa(int(s.Number)), s.Name, s.Since, s.Last, s.Note})
	}
	compare(t, "responses.tsv", have)
}

func TestSchemasEqualFacts(t *testing.T) {
	types := map[string]FieldType{
		"String": TypeString, "Integer": TypeInt, "int": TypeInt, "Long": TypeLong, "long": TypeLong,
		"Boolean": TypeBoolean, "boolean": TypeBoolean,
	}
	typeName := func(ft FieldType, want string) string {
		w, ok := types[want]
		if !ok {
			w = TypeObject
		}
		if w == ft {
			return want
		}
		return "type " + strconv.Itoa(int(ft))
	}
	long := map[string]string{}
	for _, r := range facts(t, "short_names.tsv") {
		long[r[0]] = r[1]
	}
	fields := facts(t, "fields.tsv")
	var have, haveFields [][]string
	for _, s := range Schemas() {
		have = append(have, []string{s.Name, strconv.FormatBool(s.FastCodec), s.Since, s.Last})
		for _, f := range s.Fields {
			want := ""
			if n := len(haveFields); n < len(fields) {
				want = fields[n][2]
			}
			haveFields = append(haveFields, []string{
				s.Name, f.Name, typeName(f.Type, want), strconv.FormatBool(f.Required), f.Since, f.Last,
			})
			name := f.Name
			if l := long[f.Name]; l != "" && s.Name == "SendMessageRequestHeaderV2" {
				name = l
			}
			if f.Long != name {
				t.Errorf("%s.%s: long name %q, want %q", s.Name, f.Name, f.Long, name)
			}
		}
	}
	compare(t, "headers.tsv", have)
	compare(t, "fields.tsv", haveFields)
}

func TestOtherTablesEqualFacts(t *testing.T) {
	names := func(list []string) (have [][]string) {
		for i, name := range list {
			have = append(have, []string{strconv.Itoa(i), name})
		}
		return have
	}
	compare(t, "languages.tsv", names(Languages()))
	compare(t, "versions.tsv", names(Versions()))
	var have [][]string
	for _, e := range ExtKeys() {
		have = append(have, []string{e.Name, e.Where, e.Meaning})
	}
	compare(t, "ext_keys.tsv", have)
}

func TestTablesAreSortedAndUnique(t *testing.T) {
	names := map[string]bool{}
	for i, c := range requestCodes {
		if i > 0 && c.Number <= requestCodes[i-1].Number {
			t.Errorf("request code %d stands behind %d", c.Number, requestCodes[i-1].Number)
		}
		if names[c.Name] {
			t.Errorf("request code %s stands twice", c.Name)
		}
		names[c.Name] = true
		if RequestCode(c.Number) != &requestCodes[i] || RequestCodeByName(c.Name) != &requestCodes[i] {
			t.Errorf("%d %s is not found", c.Number, c.Name)
		}
		if RequestCode(c.Number+1) != nil && requestCodes[i+1].Number != c.Number+1 {
			t.Errorf("%d is found", c.Number+1)
		}
	}
	for i, s := range responseCodes {
		if i > 0 && s.Number < responseCodes[i-1].Number {
			t.Errorf("response code %d stands behind %d", s.Number, responseCodes[i-1].Number)
		}
		if i > 1 && s.Number == responseCodes[i-2].Number {
			t.Errorf("response code %d stands three times", s.Number)
		}
		if got := ResponseCode(s.Number); got == nil || got.Number != s.Number {
			t.Errorf("response code %d is not found", s.Number)
		}
		if got := ResponseCodeByName(s.Name); got == nil || got.Name != s.Name {
			t.Errorf("response code %s is not found", s.Name)
		}
	}
	for i, s := range schemas {
		if i > 0 && s.Name <= schemas[i-1].Name {
			t.Errorf("%s stands behind %s", s.Name, schemas[i-1].Name)
		}
		if SchemaByName(s.Name) != s {
			t.Errorf("%s is not found", s.Name)
		}
		seen := map[string]bool{}
		for _, f := range s.Fields {
			if seen[f.Name] {
				t.Errorf("%s.%s stands twice", s.Name, f.Name)
			}
			seen[f.Name] = true
			if s.Field(f.Name).Name != f.Name {
				t.Errorf("%s.%s is not found", s.Name, f.Name)
			}
		}
	}
	for _, miss := range []int32{-3, 9, 16, 200080, 1 << 30} {
		if RequestCode(miss) != nil {
			t.Errorf("request code %d is found", miss)
		}
	}
}

func TestUnits(t *testing.T) {
	for _, tt := range []struct{ schema, field, unit string }{
		{"SendMessageRequestHeaderV2", "g", "ms since 1970"},
		{"SendMessageRequestHeaderV2", "b", ""},
		{"PullMessageRequestHeader", "suspendTimeoutMillis", "ms"},
		{"PullMessageRequestHeader", "subVersion", "ms since 1970"},
		{"PopMessageRequestHeader", "invisibleTime", "ms"},
		{"PopMessageRequestHeader", "bornTime", "ms since 1970"},
		{"PullMessageRequestHeader", "maxMsgBytes", "bytes"},
		{"ConsumerSendMsgBackRequestHeader", "offset", "bytes"},
		{"GetMaxOffsetResponseHeader", "offset", ""},
	} {
		if f := SchemaByName(tt.schema).Field(tt.field); f == nil || f.Unit != tt.unit {
			t.Errorf("%s.%s: %+v, want unit %q", tt.schema, tt.field, f, tt.unit)
		}
	}
	for _, s := range schemas {
		for _, f := range s.Fields {
			if f.Unit != "" && f.Type != TypeLong && f.Type != TypeInt {
				t.Errorf("%s.%s has a unit and is no number", s.Name, f.Name)
			}
		}
	}
}

func TestMeaningsOfMessageHeaders(t *testing.T) {
	for _, name := range []string{
		"SendMessageRequestHeader", "SendMessageRequestHeaderV2", "SendMessageResponseHeader", "PullMessageRequestHeader",
		"PullMessageResponseHeader", "PopMessageRequestHeader", "PopMessageResponseHeader", "AckMessageRequestHeader",
		"ChangeInvisibleTimeRequestHeader", "NotificationRequestHeader", "QueryConsumerOffsetRequestHeader",
		"UpdateConsumerOffsetRequestHeader", "QueryMessageRequestHeader", "HeartbeatRequestHeader", "UnregisterClientRequestHeader",
		"EndTransactionRequestHeader", "CheckTransactionStateRequestHeader", "ConsumerSendMsgBackRequestHeader",
		"RegisterBrokerRequestHeader",
	} {
		s := SchemaByName(name)
		if s == nil {
			t.Fatalf("no %s", name)
		}
		for _, f := range s.Fields {
			if f.Meaning == "" {
				t.Errorf("%s.%s has no meaning", name, f.Name)
			}
		}
	}
}

func TestStatusFor(t *testing.T) {
	for _, tt := range []struct {
		request, status int32
		known           bool
		version         int32
		want            string
	}{
		{SendMessageV2, 0, true, 479, "SUCCESS"},
		{SendMessageV2, 10, true, 479, "FLUSH_DISK_TIMEOUT"},
		{SendMessageV2, 11, true, 479, "SLAVE_NOT_AVAILABLE"},
		{SendMessage, 12, true, 399, "FLUSH_SLAVE_TIMEOUT"},
		{50, 209, true, 409, "UPDATE_AND_CREATE_ACL_CONFIG_FAILED"},
		{51, 210, true, 453, "DELETE_ACL_CONFIG_FAILED"}, // 5.2.0 still has ACL 1.0
		{53, 211, true, 0, "UPDATE_GLOBAL_WHITE_ADDRS_CONFIG_FAILED"},
		{PopMessage, 209, true, 0, "POLLING_FULL"},
		{PopMessage, 210, true, 409, "POLLING_TIMEOUT"},
		{901, 211, true, 479, "BROKER_NOT_EXIST"},
		{0, 210, false, 409, "DELETE_ACL_CONFIG_FAILED"},
		{0, 210, false, 413, "POLLING_TIMEOUT"},
		{0, 210, false, 0, "POLLING_TIMEOUT"},
		{52, 209, true, 409, "POLLING_FULL"}, // no operation whose failures 209 was
		{200071, 2017, true, 493, "LMQ_QUOTA_EXCEEDED"},
		{1002, 2010, true, 413, "CONTROLLER_ALTER_SYNC_STATE_SET_FAILED"},
		{1003, 2012, true, 433, "CONTROLLER_REGISTER_BROKER_FAILED"},
		{1003, 2010, true, 435, "CONTROLLER_BROKER_NEED_TO_BE_REGISTERED"},
		{1002, 2012, true, 435, "CONTROLLER_ELECT_MASTER_FAILED"},
		{1002, 2011, true, 413, "CONTROLLER_ELECT_MASTER_FAILED"},
		{1002, 2011, true, 0, "CONTROLLER_MASTER_STILL_EXIST"},
		{10, -1006, true, 0, "RPC_TIME_OUT"},
		{10, 999, true, 0, ""},
	} {
		got, ok := StatusFor(tt.request, tt.status, tt.known, tt.version)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v: %q %v", tt, got, ok)
		}
	}
	if s := ResponseCodeByName("CONTROLLER_ELECT_MASTER_FAILED"); s.Number != 2012 {
		t.Errorf("CONTROLLER_ELECT_MASTER_FAILED is %d", s.Number)
	}
	if !ExpectedEmpty(PopMessage, 210) || ExpectedEmpty(51, 210) || !ExpectedEmpty(PullMessage, 19) || ExpectedEmpty(PullMessage, 24) {
		t.Error("ExpectedEmpty")
	}
	if !Stored(SendMessageV2, 12) || Stored(SendMessageV2, 13) || Stored(PullMessage, 0) {
		t.Error("Stored")
	}
}

func TestTruncatedCode(t *testing.T) {
	for n, want := range map[int32]int32{3442: 200050, 3443: 200051, 3448: 200056, 3543: 200151, 3450: 0, 310: 0, 200050: 0, -1: 0} {
		got, ok := TruncatedCode(n)
		if ok != (want != 0) || ok && got != want || !ok && got != n {
			t.Errorf("%d: %d %v, want %d", n, got, ok, want)
		}
	}
}

func TestVersionAndLanguageNames(t *testing.T) {
	for n, want := range map[int32]string{
		-1: "", 0: "V3_0_0_SNAPSHOT", 65: "V3_1_9", 401: "V4_9_4", 433: "V5_1_0", version500: "V5_0_0", version511: "V5_1_1",
		479: "V5_3_3", 612: "HIGHER_VERSION", 613: "HIGHER_VERSION", 1 << 30: "HIGHER_VERSION",
	} {
		if got := VersionName(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for i, name := range Languages() {
		if LanguageByName(name) != Language(i) || LanguageName(Language(i)) != name {
			t.Errorf("language %d %s", i, name)
		}
	}
	if LanguageByName("COBOL") != LanguageUnknown || LanguageName(LanguageNone) != "" || LanguageName(LanguageUnknown) != "" {
		t.Error("unknown language")
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	n := testing.AllocsPerRun(100, func() {
		_, _ = RequestCode(310), ResponseCode(210)
		_, _ = StatusFor(PopMessage, 210, true, 479)
		_, _ = TruncatedCode(3442)
		_ = VersionName(479)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestEveryFieldHasAMeaning: a person must not have to look elsewhere.
func TestEveryFieldHasAMeaning(t *testing.T) {
	for _, s := range Schemas() {
		for _, f := range s.Fields {
			if f.Meaning == "" {
				t.Errorf("%s.%s has no meaning", s.Name, f.Name)
			}
		}
	}
}
