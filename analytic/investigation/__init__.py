"""The reconstruction without a finding: what one actor, credential, address or resource did."""
