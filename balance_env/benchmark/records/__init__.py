"""What happened, as the panels that scholars of disputes know."""
