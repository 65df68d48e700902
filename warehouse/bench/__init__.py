"""What the warehouse costs: `bench run` measures one size, `bench plot` compares sizes."""
