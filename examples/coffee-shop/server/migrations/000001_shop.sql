-- The shop's own tables. Prices are integers of the smallest unit (fen); times come from the server's clock.

CREATE TABLE customers (
  customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- SHA-256 of the token that the mini program keeps. Whoever reads this table cannot act as a customer.
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL
);

CREATE TABLE categories (
  category_id text PRIMARY KEY,
  name text NOT NULL,
  position integer NOT NULL
);

CREATE TABLE products (
  product_id text PRIMARY KEY,
  category_id text NOT NULL REFERENCES categories,
  name text NOT NULL,
  description text NOT NULL,
  price integer NOT NULL CHECK (price > 0),
  -- Name of the drawing in the mini program's package.
  image text NOT NULL,
  -- A word or two on the picture, such as "New", or nothing.
  badge text NOT NULL DEFAULT '',
  position integer NOT NULL,
  available boolean NOT NULL DEFAULT true
);

CREATE TABLE orders (
  -- Also the number under which the wallet knows the order (paymentRequestId).
  order_no text PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  -- Chosen by the mini program, so that a repeat after a lost answer finds the order instead of making another.
  request_key text,
  -- PENDING: the wallet has not answered yet. PAYABLE: it has, there is a trade_no. PAID. CLOSED: unpaid for good.
  state text NOT NULL CHECK (state IN ('PENDING', 'PAYABLE', 'PAID', 'CLOSED')),
  amount integer NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  title text NOT NULL,
  note text NOT NULL,
  -- The wallet's number for this order, once it has answered.
  trade_no text UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  paid_at timestamptz,
  UNIQUE (customer_id, request_key),
  CHECK (state <> 'PAYABLE' OR trade_no IS NOT NULL),
  CHECK ((state = 'PAID') = (paid_at IS NOT NULL))
);
CREATE INDEX orders_of_customer ON orders (customer_id, created_at DESC);

-- Names and prices as they were when the order was made; the menu may change afterwards.
CREATE TABLE order_items (
  order_no text NOT NULL REFERENCES orders,
  position integer NOT NULL,
  product_id text NOT NULL REFERENCES products,
  name text NOT NULL,
  image text NOT NULL,
  unit_price integer NOT NULL CHECK (unit_price > 0),
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_no, position)
);

-- Each notification that was handled, once. A repeat finds its row here and changes nothing.
CREATE TABLE notifications_seen (
  trade_no text PRIMARY KEY,
  order_no text NOT NULL REFERENCES orders,
  seen_at timestamptz NOT NULL,
  times integer NOT NULL DEFAULT 1
);

INSERT INTO categories (category_id, name, position) VALUES
  ('espresso', 'Espresso bar', 1),
  ('tea', 'Tea & chocolate', 2),
  ('cold', 'Cold', 3),
  ('bakery', 'From the oven', 4);

INSERT INTO products (product_id, category_id, name, description, price, image, badge, position) VALUES
  ('espresso', 'espresso', 'Espresso', 'A short, syrupy double. Cocoa and dried cherry.', 1200, 'espresso', '', 1),
  ('americano', 'espresso', 'Americano', 'The double, drawn long with hot water.', 1500, 'americano', '', 2),
  ('cappuccino', 'espresso', 'Cappuccino', 'Thick foam, a dusting of cocoa.', 1800, 'cappuccino', 'Loved', 3),
  ('latte', 'espresso', 'Caffè latte', 'Silky milk over a single origin shot.', 2000, 'latte', '', 4),
  ('matcha', 'tea', 'Matcha latte', 'Stone-ground Uji matcha, whisked to order.', 2200, 'matcha', 'New', 1),
  ('chocolate', 'tea', 'Hot chocolate', '70 % dark chocolate melted into whole milk.', 2100, 'chocolate', '', 2),
  ('cold-brew', 'cold', 'Cold brew', 'Steeped for eighteen hours, served over ice.', 1900, 'cold-brew', '', 1),
  ('iced-latte', 'cold', 'Iced latte', 'Cold milk, two shots, one slow swirl.', 2150, 'iced-latte', '', 2),
  ('croissant', 'bakery', 'Butter croissant', 'Laminated over three days, baked this morning.', 1050, 'croissant', 'Warm', 1),
  ('cheesecake', 'bakery', 'Burnt cheesecake', 'Dark top, soft middle, a pinch of sea salt.', 2600, 'cheesecake', '', 2),
  ('cookie', 'bakery', 'Sea salt cookie', 'Brown butter, big pieces of chocolate.', 890, 'cookie', '', 3),
  ('banana-bread', 'bakery', 'Banana bread', 'Toasted walnuts, a thick slice.', 1380, 'banana-bread', '', 4);
