# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: dim_products {
  sql_table_name: @{marts}.dim_products ;;

  dimension: product_id {
    primary_key: yes
    type: string
    description: "The product's id."
    sql: ${TABLE}.product_id ;;
  }

  dimension: product_name {
    type: string
    description: "Name on the product's page."
    sql: ${TABLE}.product_name ;;
  }

  dimension: category {
    type: string
    description: "Category, levels joined by a point: `home.kitchen.kettle`."
    sql: ${TABLE}.category ;;
  }

  dimension: category_level_1 {
    type: string
    description: "First level of the category: `home`."
    sql: ${TABLE}.category_level_1 ;;
  }

  dimension: category_level_2 {
    type: string
    description: "Second level: `kitchen`; null where the category has only one."
    sql: ${TABLE}.category_level_2 ;;
  }

  dimension: category_level_3 {
    type: string
    description: "Third level: `kettle`; null where the category has fewer."
    sql: ${TABLE}.category_level_3 ;;
  }

  dimension: brand {
    type: string
    description: "Brand."
    sql: ${TABLE}.brand ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the price, ISO 4217."
    sql: ${TABLE}.currency ;;
  }

  dimension: unit_price {
    type: number
    description: "List price of one unit, in `currency`."
    sql: ${TABLE}.unit_price ;;
  }

  dimension: is_active {
    type: yesno
    description: "Whether it is on sale; true where the source did not say."
    sql: ${TABLE}.is_active ;;
  }

  dimension: is_inferred {
    type: yesno
    description: "True where the product is known from events only; all attributes are then unknown."
    sql: ${TABLE}.is_inferred ;;
  }

  dimension_group: first_event {
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
    description: "The shop's day of the first event with the product; null where there was none."
    sql: ${TABLE}.first_event_date ;;
  }

  dimension_group: price_changed {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "Since when the price is what it is, in UTC; null where no version had another."
    sql: ${TABLE}.price_changed_at ;;
  }

  dimension_group: updated {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "Since when the version is true, in UTC; null for an inferred row."
    sql: ${TABLE}.updated_at ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
