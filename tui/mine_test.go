package tui

import (
	"testing"

	"weir/lag/state"
)

func TestMineAreTheGroupsOfMyOwners(t *testing.T) {
	c := open(t, nil, 120, 40, 1, troubled)
	c.press("2", "M").reads("name the owner that policies declare")
	c.press(":").write("set mine=team pay*").press("enter").press("2", "M").reads("no policy of this cluster names an owner")
	c.m.clusters[0].Policies = state.Policies{{Group: "payments-*", Owner: "team payments, #pay"}, {Topic: "audit.log", Owner: "team audit"}}
	c.press("2", "M").reads("payments-settle", "only mine (M)", "1 of 1").lacks("audit-sink")
	c.press("@").reads("weir get groups payments-settle -c prod-eu")
	c.press("enter").reads("OWNER", "team payments, #p…")
	c.press("esc", "esc").reads("audit-sink", "of 19").lacks("only mine")
	c.press(":").write("set mine=nobody").press("enter").press("2", "M").reads("no group is owned by nobody; M shows all 19")
	sound(t, c)
	c.press("M").reads("of 19")
	c.press("3", "M").reads("only groups have owners")
}

func TestAGroupThatNobodyOwnsHasNoOwner(t *testing.T) {
	c := open(t, nil, 200, 60, 1, troubled)
	c.m.clusters[0].Policies = state.Policies{{Group: "payments-*", Owner: "team payments"}}
	c.press("enter").lacks("OWNER")
}
