# What the expressions of the tables can refer to as local.NAME. In Terraform, u
# is a resource that does not exist yet.
n         = 5
s         = "hello"
list      = tolist(["a", "b", "c"])
numbers   = tolist([3, 1, 2])
empty     = tolist([])
tuple     = ["a", 1, true]
set       = toset(["b", "a"])
map       = tomap({ a = "x", b = "y" })
object    = { a = "x", b = 2, c = [1, 2] }
objects   = [{ id = "a", n = 1 }, { id = "b", n = 2 }]
nested    = { x = { y = { z = "deep" } } }
template  = "$${greeting}, $${upper(name)}"
secret    = sensitive("s3cret")
u_string  = terraform_data.u.id
u_any     = jsondecode(terraform_data.u.id)
u_number  = tonumber(terraform_data.u.id)
u_bool    = tobool(terraform_data.u.id)
u_list    = split(",", terraform_data.u.id)
u_set     = toset(split(",", terraform_data.u.id))
u_map     = zipmap(split(",", terraform_data.u.id), split(",", terraform_data.u.id))
u_tuple   = ["a", terraform_data.u.id]
u_element = tolist(["a", terraform_data.u.id])
u_value   = tomap({ a = "x", b = terraform_data.u.id })
u_object  = { a = "x", b = terraform_data.u.id, c = [terraform_data.u.id] }
u_objects = [{ id = terraform_data.u.id, n = 1 }, { id = terraform_data.u.id, n = 2 }]
