package decode

// Language is the number of a sender's language (LanguageCode).
type Language uint8

// LanguageUnknown stands for a name or number that the table does not have; LanguageNone for a header without one.
const (
	LanguageUnknown Language = 255
	LanguageNone    Language = 254
)
