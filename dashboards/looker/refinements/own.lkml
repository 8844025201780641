# By hand: your own fields. `shopflow lookml` leaves this folder alone.
#
# view: +fct_orders {
#   dimension: is_large { type: yesno sql: ${net_amount} >= 100 ;; }
# }
