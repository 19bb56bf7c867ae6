-- migrate:up

create table shop_products (
    id uuid primary key default uuidv7(),
    -- Ours are put in the cart; an affiliate's are bought at the affiliate's.
    type text not null check (type in ('shop', 'affiliate')),
    status text not null default 'active' check (status in ('active', 'withdrawn')),
    name text not null unique check (length(name) <= 200),
    description text not null,
    category text not null,
    price numeric(8, 2) not null check (price > 0),
    rating numeric(2, 1) check (rating between 1 and 5),
    inventory_count integer not null default 0 check (inventory_count >= 0),
    external_url text check ((external_url is not null) = (type = 'affiliate')),
    -- Empty: any vehicle, every region.
    vehicle_types text[] not null default '{}',
    available_regions text[] not null default '{}',
    -- Made up for trying PAM out.
    sample boolean not null default false,
    search tsvector not null generated always as (
        setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', category), 'B')
        || setweight(to_tsvector('english', description), 'C')
    ) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index shop_products_search on shop_products using gin (search);

create table cart_items (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    product_id uuid not null references shop_products,
    quantity integer not null check (quantity > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, product_id)
);

create sequence shop_order_serials;

create table shop_orders (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    order_number text not null unique,
    status text not null default 'pending'
        check (status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
    payment_status text not null default 'pending' check (payment_status in ('pending', 'paid', 'refunded')),
    payment_method_id text check (length(payment_method_id) <= 100),
    shipping_address_id text check (length(shipping_address_id) <= 100),
    subtotal numeric(10, 2) not null check (subtotal > 0),
    tax numeric(10, 2) not null check (tax >= 0),
    shipping numeric(10, 2) not null check (shipping >= 0),
    total numeric(10, 2) not null check (total = subtotal + tax + shipping),
    carrier text,
    tracking_number text,
    estimated_delivery date,
    sample boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index shop_orders_by_member on shop_orders (user_id, created_at desc, id desc);

create table order_items (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    order_id uuid not null references shop_orders,
    product_id uuid not null references shop_products,
    name text not null,
    quantity integer not null check (quantity > 0),
    price_at_purchase numeric(8, 2) not null check (price_at_purchase > 0),
    created_at timestamptz not null default now()
);
create index order_items_by_order on order_items (user_id, order_id);

-- What affiliates report of members' purchases; the tools only read it.
create table affiliate_sales (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    product_id uuid not null references shop_products,
    vendor_name text,
    sale_amount numeric(10, 2) not null check (sale_amount >= 0),
    commission_rate numeric(5, 4) not null check (commission_rate between 0 and 1),
    commission_amount numeric(10, 2) not null check (commission_amount >= 0),
    payout_status text not null default 'pending' check (payout_status in ('pending', 'paid')),
    sale_date date not null,
    created_at timestamptz not null default now()
);
create index affiliate_sales_by_member on affiliate_sales (user_id, product_id);

alter table cart_items enable row level security;
alter table shop_orders enable row level security;
alter table order_items enable row level security;
alter table affiliate_sales enable row level security;
create policy own_rows on cart_items using (user_id = current_member());
create policy own_rows on shop_orders using (user_id = current_member());
create policy own_rows on order_items using (user_id = current_member());
create policy own_rows on affiliate_sales using (user_id = current_member());

grant select, update (inventory_count) on shop_products to {role};
grant select, insert, update, delete on cart_items to {role};
grant usage on sequence shop_order_serials to {role};
grant select, insert on shop_orders, order_items to {role};
grant select on affiliate_sales to {role};

-- migrate:down

drop table affiliate_sales;
drop table order_items;
drop table shop_orders;
drop sequence shop_order_serials;
drop table cart_items;
drop table shop_products;
