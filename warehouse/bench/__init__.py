"""What the warehouse costs: `warehouse bench run` measures one size, `bench plot` compares sizes."""
