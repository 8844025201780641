# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_product_days {
  sql_table_name: @{marts}.fct_product_days ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.session_date is null then '-' else concat('=', cast(${TABLE}.session_date as string)) end, ',', case when ${TABLE}.product_id is null then '-' else concat('=', cast(${TABLE}.product_id as string)) end) ;;
  }

  dimension: product_id {
    type: string
    description: "The product."
    sql: ${TABLE}.product_id ;;
  }

  dimension: sessions {
    type: number
    description: "Sessions with any event about the product."
    sql: ${TABLE}.sessions ;;
  }

  dimension: view_sessions {
    type: number
    description: "Those of them in which it was seen."
    sql: ${TABLE}.view_sessions ;;
  }

  dimension: cart_sessions {
    type: number
    description: "Those of view_sessions in which it was also put into the cart."
    sql: ${TABLE}.cart_sessions ;;
  }

  dimension: purchase_sessions {
    type: number
    description: "Those of cart_sessions in which it was also bought."
    sql: ${TABLE}.purchase_sessions ;;
  }

  dimension_group: session {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "The shop's day on which the sessions began."
    sql: ${TABLE}.session_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
