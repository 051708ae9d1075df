package decode

// Language is the number of a sender's language (LanguageCode).
type Language uint8

// LanguageUnknown stands for a name or number that the table does not have; LanguageNone for a header without one.
const (
	LanguageUnknown Language = 255
	LanguageNone    Language = 254
)

// LanguageGo is rocketmq-client-go.
const LanguageGo Language = 9

// languages are the names of LanguageCode by number.
var languages = [...]string{
	0:  "JAVA",
	1:  "CPP",
	2:  "DOTNET",
	3:  "PYTHON",
	4:  "DELPHI",
	5:  "ERLANG",
	6:  "RUBY",
	7:  "OTHER",
	8:  "HTTP",
	9:  "GO",
	10: "PHP",
	11: "OMS",
	12: "RUST",
	13: "NODE_JS",
}

// LanguageName is the name of l in LanguageCode, "" for LanguageUnknown and LanguageNone.
func LanguageName(l Language) string {
	if int(l) < len(languages) {
		return languages[l]
	}
	return ""
}

// LanguageByName is the number of a name in LanguageCode, LanguageUnknown where there is none.
func LanguageByName(name string) Language {
	for i, s := range languages {
		if s == name {
			return Language(i)
		}
	}
	return LanguageUnknown
}

// Languages are the names of LanguageCode in the order of their numbers, from 0.
func Languages() []string { return append([]string(nil), languages[:]...) }
