"""Who the families are: ethnic group, country of birth, age, previous children, registration, class, poverty."""
