package actions

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"weir/internal/cron"
	"weir/lag"
)

func number(n int64) *int64 { return &n }

func TestPolicy(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	friday, err := cron.Parse("0 18 * * FRI", zone)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC) // a Saturday
	plan := Plan{Kind: "kafka.offset-reset", Target: lag.Ref{Cluster: "prod", Kind: lag.KindGroup, Name: "g"}, Changes: make([]Change, 3),
		Totals: Totals{Items: 3, Skipped: number(10), Reread: number(20)}}
	untold, undo := plan, plan
	untold.Totals, undo.Undoes = Totals{Items: 3}, "r-1"
	weekend := Freeze{Every: friday, Lasts: 60 * time.Hour, Why: "weekend"}
	for _, tt := range []struct {
		name    string
		policy  Policy
		plan    Plan
		consent Consent
		check   string // the error; "" for none
		foresee string // each obstacle, ! before final ones
	}{
		{"nothing", Policy{}, plan, Consent{}, "", ""},
		{"read-only", Policy{ReadOnly: true}, plan, Consent{}, "cluster prod is read-only (plans are made", "cluster prod is read-only"},
		{"armed", Policy{ReadOnly: true}, plan, Consent{Arm: true, Reason: "r"}, "", "cluster prod is read-only"},
		{"armed without reason", Policy{ReadOnly: true}, plan, Consent{Arm: true, Reason: " "}, "lifting read-only needs a reason", "cluster prod is read-only"},
		{"no arming", Policy{ReadOnly: true, NoArming: true}, plan, Consent{Arm: true, Reason: "r"}, "policy forbids to lift that", "!cluster prod is read-only, and policy forbids to lift that"},
		{"no arming where it isn't needed", Policy{NoArming: true}, plan, Consent{}, "", ""},
		{"forbidden", Policy{Forbidden: []string{"kafka.group-*", "*.offset-?eset"}}, plan, Consent{}, "policy forbids kafka.offset-reset on cluster prod", "!policy forbids kafka.offset-reset on cluster prod"},
		{"not forbidden", Policy{Forbidden: []string{"kafka.group-*"}}, plan, Consent{}, "", ""},
		{"reason", Policy{Reason: regexp.MustCompile(`\S`)}, plan, Consent{Reason: " "}, `the reason " " doesn't match \S`, `policy asks for a reason that matches \S`},
		{"reason given", Policy{Reason: regexp.MustCompile(`\S`)}, plan, Consent{Reason: "x"}, "", `policy asks for a reason that matches \S`},
		{"ticket", Policy{Ticket: regexp.MustCompile(`^INC-\d+$`)}, plan, Consent{Ticket: "INC"}, `the ticket "INC" doesn't match`, `policy asks for a ticket that matches ^INC-\d+$`},
		{"skips more", Policy{MaxSkipped: number(9)}, plan, Consent{}, "the plan skips 10 records, policy allows 9", "!the plan skips 10 records, policy allows 9"},
		{"skips as many", Policy{MaxSkipped: number(10)}, plan, Consent{}, "", ""},
		{"skips none", Policy{MaxSkipped: number(0)}, plan, Consent{}, "skips 10 records, policy allows 0", "!the plan skips 10 records, policy allows 0"},
		{"reads more", Policy{MaxReread: number(19)}, plan, Consent{}, "the plan reads 20 records again, policy allows 19", "!the plan reads 20 records again, policy allows 19"},
		{"changes more", Policy{MaxItems: number(2)}, plan, Consent{}, "the plan changes 3 things, policy allows 2", "!the plan changes 3 things, policy allows 2"},
		{"untold", Policy{MaxReread: number(19)}, untold, Consent{}, "can't tell how many it reads", "!policy allows a plan that reads at most 19 records again, and this one can't tell how many it reads"},
		{"an undo has no limits", Policy{MaxSkipped: number(0), MaxReread: number(0), MaxItems: number(0)}, undo, Consent{}, "", ""},
		{"frozen", Policy{Freezes: []Freeze{{Until: now.Add(time.Hour), Why: "sale"}}}, plan, Consent{}, "changes on cluster prod are frozen until 2026-11-21T04:00:00Z: sale", "!changes on cluster prod are frozen until 2026-11-21T04:00:00Z: sale"},
		{"an undo is frozen", Policy{Freezes: []Freeze{{Until: now.Add(time.Hour), Why: "sale"}}}, undo, Consent{}, "frozen", "!changes on cluster prod are frozen until 2026-11-21T04:00:00Z: sale"},
		{"not yet frozen", Policy{Freezes: []Freeze{{From: now.Add(time.Second), Until: now.Add(time.Hour)}}}, plan, Consent{}, "", ""},
		{"not any more", Policy{Freezes: []Freeze{{Until: now}}}, plan, Consent{}, "", ""},
		{"frozen again", Policy{Freezes: []Freeze{{Until: now}, weekend}}, plan, Consent{}, "frozen until 2026-11-23T05:00:00Z: weekend", "!changes on cluster prod are frozen until 2026-11-23T05:00:00Z: weekend"},
		{"all of it", Policy{ReadOnly: true, Forbidden: []string{"*"}, MaxItems: number(0), Reason: regexp.MustCompile("x"), Freezes: []Freeze{weekend}}, plan, Consent{}, "policy forbids kafka.offset-reset",
			"cluster prod is read-only|!policy forbids kafka.offset-reset on cluster prod|!changes on cluster prod are frozen until 2026-11-23T05:00:00Z: weekend|!the plan changes 3 things, policy allows 0|policy asks for a reason that matches x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.policy.Check(tt.plan, tt.consent, now)
			if tt.check == "" && err != nil || tt.check != "" && (ExitCode(err) != int(ErrRefused) || !strings.Contains(fmt.Sprint(err), tt.check)) {
				t.Errorf("check: %v, want %q", err, tt.check)
			}
			var got []string
			for _, o := range tt.policy.Foresee(tt.plan, now) {
				what := o.What
				if o.Final {
					what = "!" + what
				}
				if !o.Final && o.Do == "" {
					t.Errorf("%s: nothing is said to do", o.What)
				}
				got = append(got, what)
			}
			if s := strings.Join(got, "|"); s != tt.foresee {
				t.Errorf("foreseen\n%s\nwant\n%s", s, tt.foresee)
			}
		})
	}
}
