-- migrate:up

insert into shop_products (type, sample, category, name, price, rating, inventory_count, description) values
    ('shop', true, 'power', 'Surge protector 30 A', 189.00, 4.6, 40, 'Guards a 30 amp hookup against surges, low voltage and wrong wiring at the pedestal.'),
    ('shop', true, 'power', 'Surge protector 50 A', 289.00, 4.7, 25, 'Guards a 50 amp hookup against surges, low voltage and wrong wiring at the pedestal.'),
    ('shop', true, 'power', 'Power cord 30 A 25 ft', 64.50, 4.4, 60, 'Extension cord with grip handles for a 30 amp shore power hookup.'),
    ('shop', true, 'power', 'Dogbone adapter 50 A to 30 A', 32.95, 4.5, 80, 'Plugs a 50 amp rig into a 30 amp pedestal.'),
    ('shop', true, 'power', 'Solar panel kit 200 W', 349.00, 4.3, 15, 'Two rigid roof panels, charge controller and cables for charging while boondocking.'),
    ('shop', true, 'power', 'Lithium battery 100 Ah', 429.00, 4.8, 12, 'LiFePO4 house battery, 12 volt, with low temperature protection.'),
    ('shop', true, 'water', 'Drinking water hose 25 ft', 27.95, 4.5, 120, 'Lead-free hose for fresh water, kink resistant.'),
    ('shop', true, 'water', 'Heated water hose 25 ft', 134.99, 4.2, 18, 'Keeps fresh water flowing down to -20 F.'),
    ('shop', true, 'water', 'Inline water filter 2-pack', 24.99, 4.6, 150, 'Carbon filter against chlorine, taste and sediment.'),
    ('shop', true, 'water', 'Water pressure regulator with gauge', 38.50, 4.7, 75, 'Adjustable brass regulator that saves the plumbing from high campground pressure.'),
    ('shop', true, 'sewer', 'Sewer hose kit 20 ft', 54.99, 4.4, 70, 'Two 10 ft hoses with swivel fittings, elbow and caps.'),
    ('shop', true, 'sewer', 'Sewer hose support 15 ft', 28.75, 4.3, 65, 'Folds out and keeps the hose sloping toward the drain.'),
    ('shop', true, 'sewer', 'Holding tank treatment 20-pack', 17.49, 4.5, 200, 'Breaks down waste and paper, keeps odors away.'),
    ('shop', true, 'leveling', 'Leveling blocks 10-pack', 39.95, 4.6, 90, 'Interlocking blocks with a carrying bag for uneven sites.'),
    ('shop', true, 'leveling', 'Pair of wheel chocks', 22.00, 4.7, 110, 'Rubber chocks that keep a parked trailer where it is.'),
    ('shop', true, 'leveling', 'Stabilizer jack pads 4-pack', 26.50, 4.4, 85, 'Spread the load of the jacks on soft ground.'),
    ('shop', true, 'safety', 'Carbon monoxide and propane alarm', 74.95, 4.5, 45, 'Dual detector, hard wired, for the living space of an RV.'),
    ('shop', true, 'safety', 'Tire pressure monitor with 6 sensors', 249.00, 4.4, 20, 'Watches pressure and temperature of motorhome and trailer tires while driving.'),
    ('shop', true, 'safety', 'Fire extinguisher 1-A:10-B:C', 29.95, 4.8, 55, 'Dry chemical extinguisher with bracket.'),
    ('shop', true, 'kitchen', 'Portable induction cooktop', 79.00, 4.1, 30, 'Single burner, 1,800 watt, for cooking on shore power.'),
    ('shop', true, 'kitchen', 'Nesting cookware set', 129.00, 4.6, 22, 'Seven pots and pans with removable handles that store as one.'),
    ('shop', true, 'comfort', 'Thermal window shades 6-pack', 88.00, 4.2, 28, 'Reflective shades against heat, cold and light.'),
    ('shop', true, 'comfort', 'Roof vent fan 12 V', 219.00, 4.7, 16, 'Ten speeds, rain sensor and thermostat.'),
    ('shop', true, 'outdoor', 'Patio mat 9 x 12 ft', 69.00, 4.5, 50, 'Reversible woven mat that lets water and sand through.');

insert into shop_products (type, sample, category, name, price, rating, vehicle_types, available_regions, external_url, description) values
    ('affiliate', true, 'connectivity', 'Cellular and satellite internet kit', 599.00, 4.3, '{}', '{}', 'https://partner.example/internet-kit', 'Roof antenna, router and mounting kit for working on the road.'),
    ('affiliate', true, 'navigation', 'RV navigator 8 in', 449.00, 4.4, '{rv,motorhome,fifth_wheel,travel_trailer}', '{}', 'https://partner.example/navigator', 'Routes by the height, weight and length of the rig.'),
    ('affiliate', true, 'towing', 'Weight distribution hitch', 529.00, 4.6, '{travel_trailer}', '{}', 'https://partner.example/hitch', 'Levels trailer and tow vehicle and damps sway.'),
    ('affiliate', true, 'towing', 'Fifth wheel hitch 20K', 899.00, 4.7, '{fifth_wheel,truck}', '{}', 'https://partner.example/fifth-wheel-hitch', 'Pivoting head with a 20,000 lb rating.'),
    ('affiliate', true, 'comfort', 'Rooftop soft start kit', 299.00, 4.8, '{rv,motorhome,fifth_wheel,travel_trailer}', '{southwest,southeast}', 'https://partner.example/soft-start', 'Starts the air conditioner on a small generator in the heat.'),
    ('affiliate', true, 'comfort', 'Heated tank pads 3-pack', 189.00, 4.2, '{rv,motorhome,fifth_wheel,travel_trailer}', '{northeast,midwest,northwest,rockies}', 'https://partner.example/tank-pads', 'Keep holding tanks from freezing.'),
    ('affiliate', true, 'camping', 'Van awning 8 ft', 649.00, 4.3, '{van}', '{}', 'https://partner.example/van-awning', 'Crank awning with a roof rack mount.'),
    ('affiliate', true, 'recovery', 'Pair of recovery boards', 149.00, 4.6, '{truck,van,car}', '{southwest,rockies}', 'https://partner.example/recovery-boards', 'Help out of sand, mud and snow.');

-- migrate:down

delete from affiliate_sales where product_id in (select id from shop_products where sample);
delete from cart_items where product_id in (select id from shop_products where sample);
delete from order_items where order_id in (select id from shop_orders where sample);
delete from shop_orders where sample;
delete from shop_products where sample;
