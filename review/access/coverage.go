package access

import (
	"slices"
	"strings"
)

// usualShare is the share of an account's days, in percent, on which the lake holds
// events of a Region for its absence on another day to be told.
const usualShare = 90

// heldDays is what the lake holds of an account, day by day.
type heldDays struct {
	regions [][]string
	events  int64
}

func (r *reader) readCoverage() error {
	err := r.each("coverage", func(x row) {
		r.review.Coverage = append(r.review.Coverage, Coverage{
			AccountID: x.text("account_id"), Region: x.text("aws_region"), Family: x.text("family"), FirstEvent: x.time("first_event"), LastEvent: x.time("last_event"),
			DaysPresent: x.count("days_present"), DaysMissing: x.count("days_missing"), Objects: x.count("objects"), Events: x.count("events"),
		})
	})
	if err != nil {
		return err
	}
	held := map[Text]*heldDays{}
	err = r.each("coverage_days", func(x row) {
		account, day := x.text("account_id"), r.place(x.time("event_date"))
		if held[account] == nil {
			held[account] = &heldDays{regions: make([][]string, r.review.Window.Days)}
		}
		h := held[account]
		regions := x.texts("regions")
		if regions == nil {
			regions = []string{} // a day that is there, from nobody knows where
		}
		h.regions[day], h.events = regions, h.events+x.count("events")
	})
	r.listAccounts(held)
	return err
}

// listAccounts lists the accounts that the report coverage has, in its order.
func (r *reader) listAccounts(held map[Text]*heldDays) {
	for _, c := range r.review.Coverage {
		last := len(r.review.Accounts) - 1
		if last < 0 || r.review.Accounts[last].AccountID != c.AccountID {
			r.review.Accounts = append(r.review.Accounts, r.account(c.AccountID, held[c.AccountID]))
			last++
		}
		if c.Family == "CloudTrail" {
			r.review.Accounts[last].Objects += c.Objects
		}
	}
}

func (r *reader) account(id Text, h *heldDays) Account {
	a := Account{AccountID: id, Thin: slices.Contains(r.review.Meta.Coverage.Thin, string(id))}
	for _, role := range r.roles {
		if role.AccountID == id && role.InReview {
			a.Roles++
		}
	}
	if h == nil {
		h = &heldDays{regions: make([][]string, r.review.Window.Days)}
	}
	a.Events = h.events
	usual := h.usualRegions()
	var days strings.Builder
	lacking := map[string]bool{}
	for _, regions := range h.regions {
		letter := byte('f')
		if regions == nil {
			letter = 'm'
			a.DaysMissing++
		} else {
			a.DaysPresent++
			for _, region := range usual {
				if !slices.Contains(regions, region) {
					letter, lacking[region] = 'p', true
				}
			}
		}
		days.WriteByte(letter)
	}
	a.Days = days.String()
	for _, region := range usual {
		if lacking[region] {
			a.PartRegions = append(a.PartRegions, region)
		}
	}
	return a
}

// usualRegions are those of nearly every day, sorted.
func (h *heldDays) usualRegions() (usual []string) {
	days, on := 0, map[string]int{}
	for _, regions := range h.regions {
		if regions == nil {
			continue
		}
		days++
		for _, region := range regions {
			on[region]++
		}
	}
	for region, n := range on {
		if n < days && n*100 >= days*usualShare || n == days {
			usual = append(usual, region)
		}
	}
	slices.Sort(usual)
	return usual
}
