package main

import (
	"testing"

	"roletrail/cloudtrail"
	"roletrail/config"
)

// TestConfiguredLimitsAreTakenAsTheyAre: the decoder lowers what is above its own
// maximum, so the configuration must not offer more.
func TestConfiguredLimitsAreTakenAsTheyAre(t *testing.T) {
	if got := limits(config.LargestLimits()).Records; got != cloudtrail.MaxLimits {
		t.Errorf("the configuration takes up to %+v, the decoder %+v", got, cloudtrail.MaxLimits)
	}
	least, standard := config.SmallestLimits(), config.Default().Limits
	if least.InflatedSize > standard.InflatedSize || least.RecordSize > standard.RecordSize || least.Depth > standard.Depth {
		t.Errorf("the defaults %+v are below the range from %+v", standard, least)
	}
}
